// rules - what the composer writes, for the real programs to read. `node` on the bundle of this file writes into the
// directory of its first argument:
//     people.ndjson            people with values of all kinds, hostile ones among them
//     rules, names.rules       segments of them, a line each: chosen at random, and one for each hostile value
//     members                  who is in which segment, told by the evaluator below
//     words.sh, words          a script that prints words of a shell, and what it must print
//     checked.rules            every field of the portrait (second argument) with every operator
import { readFileSync, writeFileSync } from 'node:fs';
import { fieldsOf, quote, ruleText, shellQuoted } from '../../pipelines/report/src/composer.js';
import { KINDS, column, command, isSegmentName, statement, takes } from '../../pipelines/report/src/rule.js';

const [place, portrait] = process.argv.slice(2);
const TODAY = '2026-11-22';
const HOSTILE = ["O'Neil", "''", "'", '"', '\\', '\\\\', "\\'", "a\\'b", 'a\nb', '\n', 'a\tb', 'a\rb', '\\n', '</script><img src=x onerror=alert(1)>', '-- no comment', '; segment x = a = b',
	'$(touch /tmp/x)', '`id`', '$HOME', '!!', '%s', 'a,b', 'a b ', ' a', '{}', '{0}', '重要价值', '😀', 'é', 'e\u0301', '\u202eabc', '\u2028', 'true', 'null', '1e3', '-30d', '2026-11-22',
	'\x1b[31m', '\x03', '\x7f', 'x'.repeat(5000), '__proto__', '#', '“”', '；', '*', '~', '&&', '=cmd|A1'];

// A small generator of its own, so that every run has the same people.
let seed = 7;
const random = (n) => {
	seed = (seed * 1103515245 + 12345) % 2147483648;
	return Math.floor((seed / 2147483648) * n);
};
const pick = (list) => list[random(list.length)];
const day = (before) => new Date(Date.parse(TODAY) - before * 86400e3).toISOString().slice(0, 10);

const people = HOSTILE.map((t) => ({ t }));
for (let i = 0; i < 150; i++)
	people.push({ t: pick(['US', 'USA', 'us', 'DE', null, '', "O'Neil"]), n: pick([null, '-2', '0', '0.5', '3', '3.0', '10', '1000000']),
		d: pick([null, day(0), day(1), day(29), day(30), day(31), day(400)]), b: pick([null, 'true', 'false']),
		l: pick([null, '["vip"]', '["vip","new"]', '["new, or old"]', '[]']) });
people.forEach((person, i) => { person.person_id = `p${String(i).padStart(4, '0')}`; });
const row = ({ person_id, t, n, d, b, l }) => JSON.stringify({ person_id, t: t ?? null, n: n ?? null, d: d ?? null, b: b ?? null, l: l ?? null });

// ---- the same questions, answered here
const names = { choice: 't', number: 'n', day: 'd', flag: 'b', list: 'l' };
const values = { choice: ['US', 'DE', "O'Neil", 'nobody', ''], number: ['0', '3', '-2', '0.50', '7'], day: [day(0), day(30), day(31)], flag: ['true', 'false'], list: ['vip', 'new', 'new, or old'] };
const ORACLE = {
	is: (x, v, kind) => v.some((one) => (kind === 'number' ? Number(x) === Number(one) : x === one)),
	has: (x, v) => JSON.parse(x).some((item) => v.includes(item)),
	starts: (x, [v]) => x.startsWith(v),
	least: (x, [v]) => Number(x) >= Number(v),
	most: (x, [v]) => Number(x) <= Number(v),
	between: (x, [from, to], kind) => (kind === 'number' ? Number(x) >= Number(from) && Number(x) <= Number(to) : x >= from && x <= to),
	since: (x, [v]) => x >= v,
	until: (x, [v]) => x <= v,
	within: (x, [v]) => x >= day(Number(v)),
	before: (x, [v]) => x < day(Number(v)),
};

function holds(tree, person)
{
	const all = (items) => (tree.join === 'and' ? items.every(Boolean) : items.some(Boolean));
	const x = person[tree.name] ?? null;
	const positive = tree.items ? all(tree.items.map((item) => holds(item, person)))
		: tree.kind === 'segment' ? person.t === 'US'
			: tree.op === 'known' ? x !== null : x !== null && ORACLE[tree.op](x, tree.values, tree.kind);
	return tree.not ? !positive : positive;
}

function condition()
{
	const kind = pick(Object.keys(KINDS));
	if (kind === 'segment')
		return { kind, name: 'american', op: 'in', not: random(2) === 1 };
	const op = pick(KINDS[kind]);
	const from = op === 'within' || op === 'before' ? ['0', '1', '30', '365'] : values[kind];
	const wanted = takes(op) || 1 + random(3);
	return { kind, name: names[kind], op, not: random(2) === 1, values: wanted < 0 ? [] : Array.from({ length: wanted }, () => pick(from)) };
}

const tree = (deep) => ({ join: pick(['and', 'or']), not: deep && random(3) === 0, items: Array.from({ length: 1 + random(3) }, () => (!deep && random(3) === 0 ? tree(true) : condition())) });

const segments = [['american', { kind: 'choice', name: 't', op: 'is', values: ['US'] }]];
HOSTILE.forEach((value, i) => segments.push([`hostile_${i}`, { kind: 'choice', name: 't', op: 'is', values: [value, 'nobody'].slice(0, 1 + (i % 2)) }]));
for (let i = 0; i < 300; i++)
	segments.push([`s_${i}`, tree(false)]);

const rules = segments.map(([name, one]) => statement(name, { en: pick(HOSTILE), zh: pick([...HOSTILE, '']) }, ruleText(one)));
if (rules.some((text) => text.includes('\n')))
	throw new Error('a statement has more than one line');
const write = (name, lines) => writeFileSync(`${place}/${name}`, lines.join('\n') + '\n');
write('people.ndjson', people.map(row));
write('rules', rules);
write('members', people.flatMap((person) => segments.filter(([, one]) => holds(one, person)).map(([name]) => `${person.person_id}\t${name}`)));

// ---- names of columns that are words of the language, or no names
write('columns.ndjson', [JSON.stringify(Object.fromEntries([['person_id', 'p1'], ...['and', 'Order ID', 'a"b', 'a\\b', 'segment', '重要', 'case'].map((name) => [name, 'x'])]))]);
write('columns.rules', ['and', 'Order ID', 'a"b', 'a\\b', 'segment', '重要', 'case'].map((name, i) => `segment c_${i} = ${column(name)} = 'x';`));

// ---- words of a shell
const asked = [...HOSTILE, ...HOSTILE.map((value) => `t = ${quote(value)}`)];
write('words.sh', [...asked.map((text) => `printf '%s\\0' ${shellQuoted(text)}`), ...segments.map(([, one]) => `try-segment() { printf '%s\\0' "$@"; }; ${command(ruleText(one), TODAY)}`)]);
writeFileSync(`${place}/words`, [...asked, ...segments.flatMap(([, one]) => [ruleText(one), '--warehouse', 'warehouse', '--day', TODAY])].map((text) => text + '\0').join(''));

// ---- all fields of a portrait
const checked = [];
for (const [key, { kind, name, values: known }] of fieldsOf(JSON.parse(readFileSync(portrait))))
	for (const op of KINDS[kind])
		for (const not of [false, true])
			for (const some of new Set([1, Math.max(1, known?.length || 0)])) {
				const first = known?.length && takes(op) === 0 ? known.slice(0, some).map(([value]) => value) : kind === 'number' ? ['3', '5'] : kind === 'day' ? [day(30), day(1)] : kind === 'flag' ? ['true'] : ['a', 'b'];
				const asks = op === 'within' || op === 'before' ? ['30'] : takes(op) > 0 ? first.slice(0, takes(op)) : takes(op) < 0 ? [] : first;
				const text = ruleText({ kind, name, op, not, values: asks });
				checked.push(text ? `segment checked_${checked.length} = ${text};` : `no text: ${key} ${op}`);
			}
write('checked.rules', checked);

// ---- what is no rule
const none = [{ join: 'and', items: [{ field: '' }] }, { kind: 'choice', name: 't', op: 'is', values: [] }, { kind: 'number', name: 'n', op: 'least', values: ['1 or true = true'] }, { kind: 'number', name: 'n', op: 'between', values: ['1'] },
	{ kind: 'day', name: 'd', op: 'since', values: ['2026-02-30'] }, { kind: 'day', name: 'd', op: 'within', values: ['-3'] }, { kind: 'flag', name: 'b', op: 'is', values: ['maybe'] }, { kind: 'number', name: 'n', op: 'least' }];
for (const one of none)
	if (ruleText(one.items ? one : { join: 'and', items: [one] }) !== '')
		console.log(`a rule of nothing: ${JSON.stringify(one)}`);
for (const name of ['', 'Vip', '1st', 'a b', 'a;b', 'case', "x'", 'segment', '重要'])
	if (isSegmentName(name))
		console.log(`a name: ${name}`);
