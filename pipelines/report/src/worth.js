// worth - what the customers are worth: R by F, the RFM groups in both vocabularies, spending.
import { absent } from './data.js';
import { h } from './dom.js';
import { cell, choosing, col, color, figure, flow, grid, instead, section, sides } from './frame.js';
import { scores, treemap } from './kinds.js';
import { count, percent } from './numbers.js';
import { distributions, gather, home, keysOf, known, restOf, tagTable } from './tags.js';
import { brief, keyName, metricName, say, tagName, word } from './words.js';

function gridFigure()
{
	const all = sides().map((side) => ({ ...side, values: side.portrait && side.portrait.rfm && side.portrait.rfm.grid })).filter(({ values }) => values && values.flat().some((value) => value > 0));
	const spec = { name: 'rf', title: say('rf'), hue: 'worth', scope: 'portrait', about: say('rf.how'), defs: ['r', 'f', 'm'], size: sides().length > 1 ? 'wide' : 'third' };
	if (!all.length)
		return figure({ ...spec, empty: instead(['orders']) });
	const sum = (values) => values.flat().reduce((so, value) => so + (value || 0), 0);
	return figure({ ...spec, n: all.map(({ values, title }) => ({ n: sum(values), title })),
		plots: all.map(({ values, title, side }) => ({ title: all.length > 1 ? brief(title) : '', height: 330, option: scores({ values, whole: sum(values), color: (t) => color(t, 'worth', side) }),
			label: say('rf.label', brief(title), count(sum(values)), count(values[4][4]), count(values[0][0])) })),
		table: () => ({ first: say('rf.cell'), columns: all.flatMap(({ title }) => [col(all.length > 1 ? `${title}: ${metricName('customers')}` : metricName('customers')), col(say('share'), 'rate')]),
			rows: [5, 4, 3, 2, 1].flatMap((r) => [1, 2, 3, 4, 5].map((f) => ({ head: `R ${r} · F ${f}`, cells: all.flatMap(({ values, path }) => [cell(values[r - 1][f - 1], `${path}.rfm.grid.${r - 1}.${f - 1}`), cell(sum(values) ? values[r - 1][f - 1] / sum(values) : null)]) }))),
			total: { head: say('total'), cells: all.flatMap(({ values }) => [cell(sum(values)), cell(1)]) } }) });
}

function groups(tag, name, tools)
{
	const all = gather(tag).filter(({ counts }) => counts && counts.n > 0);
	// Those who never bought have no score; in a store with many visitors they would hide all others.
	const scored = ({ n, rows }) => n - (rows.get('PROSPECTS')?.people || 0);
	const prospects = all.map(({ rows }) => rows.get('PROSPECTS')?.people || 0);
	const keys = keysOf(tag, all).filter((key) => key !== 'PROSPECTS');
	const note = (key) => word(`${name}.${key}.note`) || '';
	const nodes = ({ rows }) => keys.filter((key) => rows.has(key) && rows.get(key).people > 0).map((key) => ({ name: keyName(tag, key), value: rows.get(key).people, note: note(key) }));
	const withOther = (side) => (side.counts.other > 0 ? [...nodes(side), { name: say('rest'), value: side.counts.other }] : nodes(side));
	return figure({ name: 'rfm', title: tagName(tag), tools, size: sides().length > 1 ? 'wide' : 'two', hue: 'worth', scope: 'portrait', about: [say(name + '.how'), prospects[0] ? say('rfm.prospects', count(prospects[0])) + say('stop') : ''].filter(Boolean).join(' '), defs: [tag, 'r', 'f', 'm'], n: all.map((side) => ({ n: scored(side), missing: side.counts.missing, title: side.title })),
		plots: all.map((side) => ({ title: all.length > 1 ? brief(side.title) : '', height: 330, option: treemap({ nodes: withOther(side), color: (t) => color(t, 'worth', side.side), unit: say('people'), whole: scored(side) }),
			label: withOther(side).map((node) => `${node.name} ${percent(node.value / scored(side), 0)}`).join(say('comma')) })),
		table: () => tagTable(tag, all) });
}

export function worth()
{
	if (absent('orders'))
		return section('worth', h('p', { class: 'absent' }, say('absent.orders')));
	const there = ['rfm', 'rfm_cn'].filter((name) => home(name).some(known));
	return section('worth', [grid(gridFigure(), there.length ? choosing('rfm', say('by'), there.map((name) => [name, say('pick.' + name)]), (name, tools) => groups(home(name).find(known), name, tools)) : ''), flow(distributions([...home('worth'), ...restOf('value')], 'worth'))]);
}
