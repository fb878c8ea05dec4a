// rule - the text of a segment's rule, in the language of docs/rules.md. Pure: a tree of conditions in, text out.
//
// A tree is {join: 'and' | 'or', not, items}; an item is a tree, or a condition {kind, name, op, not, values}:
//     kind choice   a tag with one value of several, a text         ops is, starts, known
//          flag     true or false                                   ops is, known
//          list     a tag with several values                       ops has, known
//          number   ops is, least, most, between, known
//          day      ops since, until, between, within, before, known (within and before: a number of days before today)
//          segment  the segment `name`                              op in
// A condition that lacks a value is no part of the text yet.

// What the language takes for itself; a column of that name stands in double quotes.
const WORDS = new Set(('and or not in is null between case when then else end true false where today yesterday '
	+ 'segment by matches contains starts ends with').split(' '));
const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;
// What labels and try-segment read of a segment that a merchant writes.
const SEGMENT = /^[a-z_][a-z0-9_]*$/;
const NUMBER = /^-?[0-9]+(\.[0-9]+)?$/;
const DAYS = /^[0-9]{1,5}$/;
const ESCAPES = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\t': '\\t' };

// A text as the language writes it.
export const quote = (text) => `'${String(text).replace(/[\\'\n\t]/g, (found) => ESCAPES[found])}'`;

export const column = (name) => (NAME.test(name) && !WORDS.has(name.toLowerCase()) ? name
	: `"${name.replace(/[\\"]/g, '\\$&')}"`);

export const isSegmentName = (name) => SEGMENT.test(name) && !WORDS.has(name);

export function isDay(text)
{
	const parts = /^([1-9][0-9]{3})-([0-9]{2})-([0-9]{2})$/.exec(text);
	const time = parts ? Date.parse(text + 'T00:00:00Z') : NaN;
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

// One word of a shell command. What a terminal would act upon is written as an escape.
export function shellQuoted(text)
{
	if (/[\x00-\x1f\x7f]/.test(text))
		return `$'${text.replace(/[\\']/g, '\\$&')
			.replace(/[\x00-\x1f\x7f]/g, (found) => '\\' + found.charCodeAt(0).toString(8).padStart(3, '0'))}'`;
	return /["$`\\!]/.test(text) ? `'${text.replace(/'/g, "'\\''")}'` : `"${text}"`;
}

const literals = {
	choice: quote, list: quote,
	flag: (value) => (value === 'true' || value === 'false' ? value : ''),
	number: (value) => (NUMBER.test(value.trim()) ? value.trim() : ''),
	day: (value) => (isDay(value) ? value : ''),
	ago: (value) => (DAYS.test(value.trim()) ? `-${Number(value)}d` : ''),
};

// `x = 'a'` of one value, `x in ('a', 'b')` of several.
const equal = (name, not, values) => (values.length === 1 ? `${name} ${not ? '!=' : '='} ${values[0]}`
	: `${name} ${not ? 'not ' : ''}in (${values.join(', ')})`);
const compared = (sign) => (name, not, [value]) => `${not ? 'not ' : ''}${name} ${sign} ${value}`;

function has(name, not, values)
{
	const text = values.map((value) => `${name} ${not && values.length === 1 ? 'not ' : ''}contains ${value}`).join(' or ');
	return values.length === 1 ? text : `${not ? 'not ' : ''}(${text})`;
}

// How many values an operator takes (0: any number from one on), how they are written, and the text.
const OPERATORS = {
	is: { text: equal },
	has: { text: has },
	starts: { takes: 1, text: (name, not, [value]) => `${name} ${not ? 'not ' : ''}starts with ${value}` },
	least: { takes: 1, text: compared('>=') },
	most: { takes: 1, text: compared('<=') },
	since: { takes: 1, text: compared('>=') },
	until: { takes: 1, text: compared('<=') },
	within: { takes: 1, literal: 'ago', text: compared('>=') },
	before: { takes: 1, literal: 'ago', text: compared('<') },
	between: { takes: 2, text: (name, not, [from, to]) => `${name} ${not ? 'not ' : ''}between ${from} and ${to}` },
	known: { takes: -1, text: (name, not) => `${name} is ${not ? '' : 'not '}null` },
	in: { takes: -1, text: (name, not) => `${not ? 'not ' : ''}segment ${name}` },
};
export const KINDS = {
	choice: ['is', 'starts', 'known'],
	flag: ['is', 'known'],
	list: ['has', 'known'],
	number: ['least', 'most', 'is', 'between', 'known'],
	day: ['within', 'before', 'since', 'until', 'between', 'known'],
	segment: ['in'],
};
// How many values the operator takes: -1 none, 0 any number, 1 or 2.
export const takes = (op) => OPERATORS[op].takes || 0;

function conditionText({ kind, name, op, not, values = [] })
{
	if (!op)
		return '';
	const { takes: wanted = 0, literal = kind, text } = OPERATORS[op];
	if (wanted < 0)
		return text(kind === 'segment' ? name : column(name), not);
	const written = values.filter((value) => kind === 'choice' || kind === 'list' || value).map((value) => literals[literal](String(value)));
	if (!written.length || written.includes('') || (wanted && written.length !== wanted))
		return '';
	return text(column(name), not, written);
}

// All that is complete in the tree; '' when nothing is.
export function ruleText(tree, inner)
{
	if (!tree.items)
		return conditionText(tree);
	const parts = tree.items.map((item) => ruleText(item, true)).filter(Boolean);
	const text = parts.join(` ${tree.join} `);
	if (!text)
		return '';
	return tree.not ? `not (${text})` : inner && parts.length > 1 ? `(${text})` : text;
}

export function statement(name, { en, zh }, rule)
{
	// A segment without an English label is not shown to people; it stands for a language that has none.
	const labels = `en ${quote(en || zh || name)}${zh ? ` zh ${quote(zh)}` : ''}`;
	return `segment ${name} ${labels} = ${rule};`;
}

export const command = (rule, day) => `try-segment ${shellQuoted(rule)} --warehouse warehouse --day ${day}`;
