// composer - builds a segment's rule by choosing: conditions joined by and, or and not, with one level of groups.
//
// mount(element, {portrait, say, lang}) fills the element; `say(key, ...values)` gives the page's words. What was composed
// stays when the page is drawn anew, in another language for example.
import numbers from '../../../build/report/fields.json';
import { h } from './dom.js';
import { KINDS, command, isSegmentName, ruleText, statement, takes } from './rule.js';
import { countryName } from './world.js';

export { quote, ruleText, shellQuoted } from './rule.js';

const own = (object, key) => (object && Object.hasOwn(object, key) ? object[key] : undefined);
const GROUPS = ['features', 'value', 'demographics', 'payment', 'product', 'promotion', 'survey'];
// Counted by its values, but a number: see docs/metrics.md.
const MARKS = ['satisfaction'];
const LONGEST = 60;

// ---- what can be asked -----------------------------------------------------------------------------
function kindOf(tag, values)
{
	if (own(numbers, tag) || MARKS.includes(tag))
		return own(numbers, tag) === 'date' ? 'day' : 'number';
	return values.length && values.every(([value]) => value === 'true' || value === 'false') ? 'flag' : 'choice';
}

// Every field by its key: segments as `segment NAME`, tags by their names. `counts` has what the portrait knows of it.
export function fieldsOf(portrait)
{
	const fields = new Map();
	const counted = portrait.portraits?.store?.tags || {};
	for (const segment of portrait.segments || [])
		fields.set(`segment ${segment.name}`, { kind: 'segment', name: segment.name, group: 'segments', people: segment.people });
	for (const [tag, { group, multiple }] of Object.entries(portrait.tags || {})) {
		const counts = own(counted, tag) || { n: null, missing: null, rows: [] };
		// No command line holds a NUL.
		const values = counts.rows.filter(([value]) => !value.includes('\0'));
		fields.set(tag, { kind: multiple ? 'list' : kindOf(tag, values), name: tag, group, counts, values });
	}
	for (const [tag, type] of Object.entries(numbers))
		if (!fields.has(tag) && own(portrait.labels, tag))
			fields.set(tag, { kind: type === 'date' ? 'day' : 'number', name: tag, group: type === 'date' ? 'days' : 'numbers', values: [] });
	return fields;
}

// ---- how many people ---------------------------------------------------------------------------------
const sum = (counts) => counts.reduce((total, count) => (total === null || !Number.isInteger(count) ? null : total + count), 0);

// People of whom a value of the field is in `values`; null when the portrait does not tell exactly.
function chosen(field, values)
{
	// `contains` does not tell A from a, and somebody may have two of several values.
	const like = (value) => (field.kind === 'list' ? value.trim().toLowerCase() : value);
	const hit = field.values.filter(([value]) => values.some((one) => like(one) === like(value)));
	if (hit.length !== values.length || (field.kind === 'list' && values.length > 1))
		return null;
	return sum(hit.map(([, people]) => people));
}

// All others: with those of whom nothing is known.
const others = (people, all) => (people === null || !Number.isInteger(all) ? null : all - people);

// How many people a tree selects; null when the portrait does not tell: try-segment does. `all`: everybody.
export function peopleOf(tree, fields, all)
{
	if (tree.not)
		return others(peopleOf({ ...tree, not: false }, fields, all), all);
	if (tree.items) {
		const items = tree.items.filter((item) => ruleText(item));
		return items.length === 1 ? peopleOf(items[0], fields, all) : null;
	}
	const field = fields.get(tree.field);
	if (tree.kind === 'segment')
		return field.people ?? null;
	if (!field.counts)
		return null;
	if (tree.op === 'known')
		return field.counts.n;
	return tree.op === 'is' || tree.op === 'has' ? chosen(field, tree.values) : null;
}

// ---- the composer -------------------------------------------------------------------------------------
const empty = () => ({ join: 'and', not: false, items: [{ field: '' }] });
// What was composed, the segment's name and labels, as long as the page is open.
const kept = { tree: empty(), name: 'my_segment', en: '', zh: '' };

export function mount(element, { portrait, say, lang })
{
	const fields = fieldsOf(portrait);
	const locale = lang === 'zh' ? 'zh-CN' : 'en-GB';
	const count = (value) => new Intl.NumberFormat(locale).format(value);
	const words = (key) => say('composer.' + key);
	const label = (key) => own(portrait.labels, key)?.[lang];
	const out = {};

	function brief(text)
	{
		const signs = [...String(text).slice(0, 400)];
		return signs.length > LONGEST ? signs.slice(0, LONGEST - 1).join('') + '…' : signs.join('');
	}

	function valueName(field, value)
	{
		const known = label(`${field.name}.${value}`);
		if (known)
			return known;
		if (field.kind === 'flag')
			return words(value);
		return brief(/countr(y|ies)$/.test(field.name) ? countryName(value, lang) : value);
	}

	function fieldName(field)
	{
		if (field.kind === 'segment') {
			const segment = portrait.segments.find(({ name }) => name === field.name);
			return brief(segment[lang] || field.name);
		}
		return brief(label(field.name) || field.name);
	}

	// ---- controls: each has an id by its place, so that it has the focus again when it is drawn anew
	function option(value, text, selected)
	{
		return h('option', { value, selected: value === selected }, text);
	}

	function choice(id, text, selected, options, change)
	{
		return h('select', { id, 'aria-label': text, onchange: (event) => change(event.target.value) },
			options.map((one) => (one.options
				? h('optgroup', { label: one.label }, one.options.map(([value, name]) => option(value, name, selected)))
				: option(one[0], one[1], selected))));
	}

	const button = (id, text, click, name) => h('button', { type: 'button', id, onclick: click, 'aria-label': name }, text);

	function fieldChoice(id, condition)
	{
		const named = [...fields].map(([key, field]) => ({ key, group: field.group, name: fieldName(field) }));
		const groups = ['segments', ...GROUPS, 'numbers', 'days'].map((group) => ({
			label: words('group.' + group),
			options: named.filter((field) => field.group === group).map(({ key, name }) => [key, name]),
		}));
		// Beyond a few, an alphabet is found faster than the order of the portrait.
		const collator = new Intl.Collator(lang);
		for (const group of groups)
			if (group.options.length > 20)
				group.options.sort((a, b) => collator.compare(a[1], b[1]));
		return choice(id, words('field'), condition.field, [['', words('choose')], ...groups.filter((group) => group.options.length)], (key) => {
			const field = fields.get(key);
			Object.assign(condition, { field: key, kind: field?.kind, name: field?.name, op: field && KINDS[field.kind][0], values: [] });
			draw();
		});
	}

	function typed(id, condition, place, text)
	{
		const { kind, op } = condition;
		const ago = op === 'within' || op === 'before';
		return h('input', {
			id, 'aria-label': text, value: condition.values[place], size: kind === 'choice' ? 20 : 10,
			type: kind === 'day' && !ago ? 'date' : 'text', inputmode: kind === 'number' ? 'decimal' : ago ? 'numeric' : undefined,
			oninput: (event) => { condition.values[place] = event.target.value; tell(); },
		});
	}

	function valueBoxes(id, condition, field)
	{
		const extra = condition.values.filter((value) => !field.values.some(([known]) => known === value)).map((value) => [value, null]);
		const box = ([value, people], i) => h('label', {},
			h('input', {
				type: 'checkbox', id: `${id}-${i}`, checked: condition.values.includes(value),
				onchange: (event) => {
					condition.values = condition.values.filter((one) => one !== value).concat(event.target.checked ? [value] : []);
					tell();
				},
			}),
			h('bdi', {}, valueName(field, value)), people === null ? '' : h('small', {}, count(people)));
		const another = h('input', { id: `${id}-other`, type: 'text', size: 16, 'aria-label': words('another'), placeholder: words('another') });
		const take = () => {
			if (another.value === '' || (field.kind === 'flag' && !['true', 'false'].includes(another.value)))
				return;
			condition.values = [...new Set([...condition.values, another.value])];
			draw();
		};
		another.addEventListener('keydown', (event) => {
			if (event.key === 'Enter')
				take();
		});
		const values = field.kind === 'flag' ? ['true', 'false'].map((value) => field.values.find(([known]) => known === value) || [value, null])
			: [...field.values, ...extra];
		return h('div', { class: 'values' },
			h('div', { class: 'boxes', role: 'group', 'aria-label': words('values'), tabindex: values.length > 8 ? 0 : undefined }, values.map(box)),
			field.kind === 'flag' ? '' : h('div', { class: 'another' }, another, button(`${id}-add`, words('add'), take, words('add.value'))));
	}

	function values(id, condition, field)
	{
		const { op } = condition;
		if (takes(op) < 0)
			return '';
		if (takes(op) === 2)
			return [typed(`${id}-from`, condition, 0, words('from')), h('span', {}, words('between.and')), typed(`${id}-to`, condition, 1, words('to'))];
		if (takes(op) === 1 || !field.values.length && field.kind === 'number')
			return [typed(`${id}-value`, condition, 0, words('value')), op === 'within' || op === 'before' ? h('span', {}, words(`op.${op}.unit`)) : ''];
		return valueBoxes(id, condition, field);
	}

	function not(id, item)
	{
		return h('label', { class: 'not' },
			h('input', { type: 'checkbox', id, checked: item.not, onchange: (event) => { item.not = event.target.checked; tell(); } }), words('not'));
	}

	function conditionRow(id, condition, place, tree)
	{
		const field = fields.get(condition.field);
		const remove = () => {
			tree.items.splice(place, 1);
			draw(`${id.replace(/-\d+$/, '')}-add`);
		};
		return h('div', { class: 'condition', role: 'group', 'aria-label': say('composer.condition', place + 1) },
			not(`${id}-not`, condition), fieldChoice(`${id}-field`, condition),
			field && KINDS[field.kind].length > 1
				? choice(`${id}-op`, words('operator'), condition.op, KINDS[field.kind].map((op) => [op, words('op.' + op)]), (op) => {
					Object.assign(condition, { op, values: [] });
					draw();
				}) : '',
			field ? values(id, condition, field) : '',
			tree.items.length > 1 || tree !== kept.tree ? button(`${id}-remove`, '×', remove, say('composer.remove', place + 1)) : '');
	}

	function group(id, tree)
	{
		const outer = tree === kept.tree;
		return h('fieldset', { class: outer ? 'outer' : 'inner' },
			h('legend', {}, words(outer ? 'people' : 'group')),
			h('div', { class: 'join' }, outer ? '' : not(`${id}-not`, tree),
				choice(`${id}-join`, words('join'), tree.join, [['and', words('and')], ['or', words('or')]], (join) => { tree.join = join; tell(); })),
			tree.items.map((item, i) => (item.items ? group(`${id}-${i}`, item) : conditionRow(`${id}-${i}`, item, i, tree))),
			h('div', { class: 'adding' },
				button(`${id}-add`, words('add.condition'), () => {
					tree.items.push({ field: '' });
					draw(`${id}-${tree.items.length - 1}-field`);
				}),
				outer ? button(`${id}-group`, words('add.group'), () => {
					tree.items.push({ ...empty(), join: tree.join === 'and' ? 'or' : 'and' });
					draw(`${id}-${tree.items.length - 1}-0-field`);
				}) : button(`${id}-ungroup`, words('remove.group'), () => {
					kept.tree.items.splice(kept.tree.items.indexOf(tree), 1);
					draw('composer-add');
				})));
	}

	// ---- what comes out
	async function copy(text, status)
	{
		try {
			await navigator.clipboard.writeText(text);
		} catch {
			// Not allowed, or a browser without: the old way.
			const area = h('textarea', { class: 'sr', readonly: true });
			area.value = text;
			element.append(area);
			area.select();
			document.execCommand('copy');
			area.remove();
		}
		status.textContent = words('copied');
	}

	function result(name, text)
	{
		const code = h('code', { id: `composer-${name}`, 'data-text': name });
		const status = h('span', { class: 'copied', role: 'status' });
		const press = button(`composer-${name}-copy`, words('copy'), () => copy(code.textContent, status).then(() => press.focus()), say('composer.copy.what', text));
		Object.assign(out, { [name]: code, [name + 'Copy']: press, [name + 'Status']: status });
		return h('div', { class: 'result' }, h('div', { class: 'what' }, h('h3', {}, text), press, status), h('pre', { tabindex: 0, role: 'region', 'aria-label': text }, code));
	}

	function input(key, text)
	{
		return h('label', {}, text, h('input', {
			id: `composer-${key}`, type: 'text', value: kept[key], size: 22, spellcheck: 'false', autocomplete: 'off',
			'aria-describedby': key === 'name' ? 'composer-name-wrong' : undefined,
			oninput: (event) => { kept[key] = event.target.value; tell(); },
		}));
	}

	// Why the name cannot be one; '' when it can.
	function wrongName()
	{
		if (!isSegmentName(kept.name))
			return words('name.wrong');
		const taken = fields.has(`segment ${kept.name}`) || fields.has(kept.name) || own(numbers, kept.name) || own(portrait.definitions, kept.name);
		return taken ? words('name.taken') : '';
	}

	function tell()
	{
		const rule = ruleText(kept.tree);
		const wrong = wrongName();
		const all = portrait.portraits?.store?.base?.people;
		const people = rule ? peopleOf(kept.tree, fields, all) : null;
		const texts = { rule, statement: rule && !wrong ? statement(kept.name, kept, rule) : '', command: rule ? command(rule, portrait.day) : '' };
		for (const [name, text] of Object.entries(texts)) {
			out[name].textContent = text || words('nothing');
			out[name].classList.toggle('nothing', !text);
			out[name + 'Copy'].disabled = !text;
			out[name + 'Status'].textContent = '';
		}
		out.wrong.textContent = wrong;
		element.querySelector('#composer-name').setAttribute('aria-invalid', wrong ? 'true' : 'false');
		out.people.textContent = !rule ? words('start')
			: people === null ? words('unknown')
				: people === 1 ? words('person') : say('composer.count', count(people))
					+ (all && people <= all ? ' ' + say('composer.share', new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(people / all)) : '');
	}

	// The controls anew, the focus where it was or at `focus`.
	function draw(focus = document.activeElement?.id)
	{
		out.controls.replaceChildren(group('composer', kept.tree));
		if (focus && focus.startsWith('composer'))
			document.getElementById(focus)?.focus();
		tell();
	}

	// A field that this portrait does not have is none.
	for (const tree of [kept.tree, ...kept.tree.items.filter((item) => item.items)])
		tree.items = tree.items.map((item) => (item.items || fields.has(item.field) ? item : { field: '' }));
	out.controls = h('div', { class: 'conditions' });
	out.people = h('p', { class: 'people', role: 'status' });
	out.wrong = h('p', { class: 'wrong', id: 'composer-name-wrong', role: 'status' });
	element.classList.add('composer');
	element.replaceChildren(h('p', { class: 'how' }, words('how')), out.controls, out.people,
		h('div', { class: 'results' },
			result('rule', words('rule')), result('command', words('command')),
			h('div', { class: 'names' }, input('name', words('name')), input('en', words('label.en')), input('zh', words('label.zh')), out.wrong),
			result('statement', words('statement'))),
		h('p', { class: 'how' }, words('file')));
	draw('');
}
