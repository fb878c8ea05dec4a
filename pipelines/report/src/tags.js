// tags - figures of how many people have each value of a tag, of one portrait or of two side by side.
import { missing, own, portraits, tags } from './data.js';
import { bar, h } from './dom.js';
import { cell, col, figure, sides } from './frame.js';
import { count, datum, percent } from './numbers.js';
import { brief, isRest, keyName, ranks, say, tagName } from './words.js';

const TOP = 7;
const ALL_OF = 12;
export const share = (value, n) => (missing(value) || !(n > 0) ? null : value / n);
// 100: as often. Of what is next to nothing there, no ratio tells anything.
const LEAST = 0.005;
export const index = (a, b) => (missing(a) || missing(b) || b < LEAST ? null : Math.round((100 * a) / b));

// What each side knows of a tag: rows by key, each with its place in the portrait.
function gather(tag)
{
	return sides().map((side) => {
		const counts = own(side.portrait && side.portrait.tags, tag);
		const rows = new Map();
		(counts ? counts.rows : []).forEach(([key, people], i) => rows.set(key, { people, path: `${side.path}.tags.${tag}.rows.${i}.1` }));
		return { ...side, counts, rows, n: counts ? counts.n : null };
	});
}

export const known = (tag) => gather(tag).some(({ counts }) => counts && counts.n > 0);

// The keys of all sides, in the order in which they are shown.
function keysOf(tag, all)
{
	const keys = [...new Set(all.flatMap(({ rows }) => [...rows.keys()]))];
	const rank = ranks(tag, keys);
	const part = (key) => Math.max(0, ...all.slice(0, 1).map(({ rows, n }) => share(rows.get(key)?.people, n) || 0));
	const other = (key) => (isRest(key) ? 1 : 0);
	return keys.sort((a, b) => other(a) - other(b) || (rank ? rank(a) - rank(b) : 0) || part(b) - part(a) || (a < b ? -1 : 1));
}

// Values that were gathered in the portrait (other), or are not among the first here.
function beyond(all, hidden, multiple)
{
	return all.map(({ counts, rows }) => {
		if (!counts || multiple)
			return null;
		return (counts.other || 0) + hidden.reduce((sum, key) => sum + (rows.get(key)?.people || 0), 0);
	});
}

export function indexText(value)
{
	if (missing(value))
		return h('span', { class: 'index' });
	const tone = value >= 120 ? ' over' : value <= 83 ? ' under' : '';
	return h('span', { class: 'index' + tone, title: say('index.how') }, count(value));
}

function lineOf(name, all, values, largest, className)
{
	const two = all.length > 1;
	const parts = all.map(({ n }, i) => share(values[i].people, n));
	return h('li', { class: className }, h('span', { class: 'name' }, h('bdi', {}, brief(name))),
		h('span', { class: 'pair' }, parts.map((part, i) => bar(largest ? (part || 0) / largest : 0, all[i].side))),
		two ? [h('span', { class: 'both' }, parts.map((part, i) => h('span', { class: all[i].side },
			datum({ kind: 'count' }, values[i].people, values[i].path, percent(part, 1))))), className === 'rest' ? h('span') : indexText(index(parts[0], parts[1]))]
			: [h('span', { class: 'value' }, datum({ kind: 'count' }, values[0].people, values[0].path)), h('span', { class: 'share' }, percent(parts[0]))]);
}

export function lists(tag, all, keys, multiple)
{
	const whole = keys.length <= (ranks(tag, keys) ? ALL_OF : TOP + 1);
	const shown = whole ? keys : keys.slice(0, TOP);
	const hidden = whole ? [] : keys.slice(TOP);
	const rest = beyond(all, hidden, multiple);
	const values = (key) => all.map(({ rows, counts }) => rows.get(key) || { people: counts ? 0 : null });
	const largest = Math.max(0, ...shown.flatMap((key) => values(key).map(({ people }, i) => share(people, all[i].n) || 0)));
	const more = hidden.length || rest.some((people) => people > 0);
	const name = hidden.length ? say('rest.of', count(hidden.length)) : say('rest');
	return h('ul', { class: `dist of${all.length}` }, shown.map((key) => lineOf(keyName(tag, key), all, values(key), largest)),
		more && !multiple ? lineOf(name, all, rest.map((people) => ({ people })), largest, 'rest') : '',
		more && multiple ? h('li', { class: 'rest' }, h('span', { class: 'name' }, name)) : '');
}

// The columns and rows of the figure's table; used by every figure that draws a tag.
export function tagTable(tag, all = gather(tag))
{
	const two = all.length > 1;
	const keys = keysOf(tag, all);
	const multiple = own(tags, tag)?.multiple;
	const cells = (values) => [...all.flatMap(({ n }, i) => [cell(values[i].people, values[i].path), cell(share(values[i].people, n))]),
		...(two ? [cell(index(share(values[0].people, all[0].n), share(values[1].people, all[1].n)))] : [])];
	const rest = beyond(all, [], multiple);
	return {
		first: tagName(tag),
		columns: [...all.flatMap(({ title }) => [col(two ? `${brief(title, 24)}: ${say('people')}` : say('people')), col(two ? `${brief(title, 24)}: ${say('share')}` : say('share'), 'rate')]),
			...(two ? [col(say('index'), {}, say('index.how'))] : [])],
		rows: [...keys.map((key) => ({ head: keyName(tag, key), full: keyName(tag, key), cells: cells(all.map(({ rows, counts }) => rows.get(key) || { people: counts ? 0 : null })) })),
			...(rest.some((people) => people > 0) ? [{ head: say('rest'), cells: cells(rest.map((people) => ({ people }))) }] : [])],
		total: { head: multiple ? say('people') : say('total'), cells: cells(all.map(({ n, path }) => ({ people: n, path: `${path}.tags.${tag}.n` }))) },
	};
}

export const peopleOf = (all) => all.map(({ counts, title }) => (counts ? { n: counts.n, missing: counts.missing, title } : null));

export function distribution(tag, more = {})
{
	const all = gather(tag);
	const multiple = own(tags, tag)?.multiple;
	const spec = { name: more.name || 'tag-' + tag, title: more.title || tagName(tag), hue: more.hue || 'who', scope: 'portrait', defs: [tag], about: more.about, size: more.size };
	const keys = keysOf(tag, all);
	if (!all.some(({ counts }) => counts && counts.n > 0))
		return figure({ ...spec, empty: say('none') });
	return figure({ ...spec, n: peopleOf(all), about: [more.about, multiple ? say('multiple') : ''].filter(Boolean).join(' '), table: () => tagTable(tag, all),
		body: lists(tag, all, keys, multiple) });
}

export { gather, keysOf };

// Tags that have a place of their own; what is left of a group stands where the group does.
const HOMES = {
	sources: ['first_source_l1', 'first_source_l2', 'first_source_l3', 'first_channel', 'first_source', 'first_campaign', 'main_platform'],
	bands: ['amount_band', 'frequency_band', 'recency_band', 'purchase_frequency'],
	taste: ['preferred_category', 'pref_category', 'pref_brand', 'categories_bought', 'pref_price_band'],
	stages: ['lifecycle'],
	loyalty: ['customer_type', 'repurchase_phase', 'buyer_age'],
	ages: ['gender_age', 'age_gender', 'age_band', 'gender'],
	people: ['occupation', 'income_band', 'education', 'family'],
	places: ['country', 'region', 'city', 'city_tier', 'customer_language', 'domestic_foreign'],
	rfm: ['rfm_name', 'rfm_grid', 'rfm'],
	rfm_cn: ['rfm_group_cn', 'rfm_grid_cn', 'rfm_cn'],
	worth: ['spend_tier', 'value_class'],
};
const PLACED = new Set(Object.values(HOMES).flat());
export const home = (name) => HOMES[name].filter((tag) => own(tags, tag));
export const restOf = (group) => Object.keys(tags).filter((name) => tags[name].group === group && !PLACED.has(name));

// Tags that are true or false.
const isFlag = (tag) => gather(tag).every(({ counts }) => !counts || counts.rows.every(([key]) => key === 'true' || key === 'false'));

// They are lines of one figure: of how many each is true.
function flags(names, hue)
{
	const all = names.map((tag) => ({ tag, all: gather(tag) }));
	const yes = ({ rows, counts }) => (rows.get('true') || { people: counts ? 0 : null });
	const titles = sides().map(({ title }) => title);
	return figure({ name: 'flags-' + names[0], title: say('flags'), hue, scope: 'portrait', about: say('flags.how'), defs: names,
		n: say('n', all.map(({ all: one }) => count(one[0].n)).filter((n, i, list) => list.indexOf(n) === i).join(', ')),
		body: h('ul', { class: `dist of${titles.length}` }, all.map(({ tag, all: one }) => lineOf(tagName(tag), one, one.map(yes), 1))),
		table: () => ({ first: say('tag'), columns: titles.flatMap((title) => [col(titles.length > 1 ? `${brief(title, 24)}: ${say('people')}` : say('people')), col(say('share'), 'rate'), col('N')]),
			rows: all.map(({ tag, all: one }) => ({ head: tagName(tag), cells: one.flatMap((side) => [cell(yes(side).people, yes(side).path), cell(share(yes(side).people, side.n)), cell(side.n, `${side.path}.tags.${tag}.n`)]) })) }) });
}

export function distributions(names, hue)
{
	const there = names.filter((name) => known(name));
	const yesno = there.filter(isFlag);
	const alone = yesno.length < 2;
	return [...there.filter((name) => alone || !yesno.includes(name)).map((name) => distribution(name, { hue })), ...(alone ? [] : [flags(yesno, hue)])];
}

// What sets a portrait apart from another: values much commoner or rarer, that no chance explains (z of two shares).
export function traits(nameA, nameB, most = 6)
{
	const a = own(portraits, nameA), b = own(portraits, nameB);
	if (!a || !b)
		return [];
	const found = [];
	for (const tag of Object.keys(tags)) {
		const x = own(a.tags, tag), y = own(b.tags, tag);
		if (!x || !y || x.n < 30 || y.n < 30)
			continue;
		const others = new Map(y.rows);
		x.rows.forEach(([key, people], i) => {
			const of = others.get(key);
			const p = people / x.n, q = of / y.n;
			if (missing(of) || q < 0.01 || p < 0.05 && q < 0.05 || key === 'unknown' || key === 'none')
				return;
			const both = (people + of) / (x.n + y.n);
			const z = (p - q) / Math.sqrt(both * (1 - both) * (1 / x.n + 1 / y.n));
			if (Math.abs(z) > 3)
				found.push({ tag, key, people, share: p, other: q, index: Math.round((100 * p) / q), z, path: `portraits.${nameA}.tags.${tag}.rows.${i}.1` });
		});
	}
	const one = (list) => {
		const seen = new Set();
		return list.filter(({ tag }) => !seen.has(tag) && seen.add(tag)).slice(0, most);
	};
	return { over: one(found.filter((trait) => trait.index >= 125).sort((s, t) => t.index - s.index || (s.key < t.key ? -1 : 1))),
		under: one(found.filter((trait) => trait.index <= 75).sort((s, t) => s.index - t.index || (s.key < t.key ? -1 : 1))) };
}