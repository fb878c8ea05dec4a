// traffic - how many came, from where, when, and to which pages.
import { absent, has, missing, number, portrait } from './data.js';
import { bar, h } from './dom.js';
import { cell, choosing, col, color, figure, flow, grid, instead, section, sides, table } from './frame.js';
import { base, period } from './head.js';
import { treemap, week, worldMap } from './kinds.js';
import { count, datum, kindOf, metric, MIDDLE, percent, range, show } from './numbers.js';
import { amountOf, cutFigure, cutNames, cutsOf, sorted } from './cuts.js';
import { storeTrend } from './trend.js';
import { indexText, index, distributions, home } from './tags.js';
import { brief, cutName, isRest, keyName, metricName, say, weekday } from './words.js';

const TREE = 14;
const PAGES = 8;

// Nodes by the steps of a cut's key; what is beyond the first is one node, so that the areas add up.
export function tree(rows, steps, by, name)
{
	const sum = (list) => list.reduce((so, { row }) => so + (number(row[by]) || 0), 0);
	const level = (list, step) => {
		const groups = new Map();
		for (const one of list) {
			const key = Array.isArray(one.row.key) ? one.row.key[step] : one.row.key;
			groups.set(key, [...(groups.get(key) || []), one]);
		}
		const all = [...groups].map(([key, members]) => ({ key, members, value: sum(members) })).filter(({ value }) => value > 0).sort((x, y) => y.value - x.value);
		const top = all.slice(0, all.length <= TREE + 1 ? all.length : TREE);
		const nodes = top.map(({ key, members, value }) => ({ name: name(step, key), value, children: step + 1 < steps && members.some(({ row }) => !missing(row.key[step + 1])) ? level(members, step + 1) : undefined }));
		const rest = all.slice(top.length);
		return rest.length ? [...nodes, { name: say('rest.of', count(rest.length)), value: rest.reduce((so, one) => so + one.value, 0) }] : nodes;
	};
	return level(rows, 0);
}

function sourcesFigure()
{
	const cuts = cutsOf(period());
	const order = ['channel,source,campaign', 'channel,source', 'channel', 'source', 'campaign'];
	// A cut of several dimensions has visits, which add up; visitors would be counted in several areas.
	const there = order.filter((cut) => Array.isArray(cuts[cut]) && has(cuts[cut], 'visits'));
	const spec = { name: 'sources', title: say('sources'), hue: 'traffic', scope: 'store' };
	if (!there.length)
		return figure({ ...spec, empty: instead(['events']) });
	return choosing('sources', say('by'), there.map((cut) => [cut, cutName(cut)]), (cut, tools) => {
		const steps = cut.split(',');
		const rows = cuts[cut].map((row, i) => ({ row, i })).filter(({ row }) => number(row.visits) > 0);
		const whole = rows.reduce((so, { row }) => so + number(row.visits), 0);
		const columns = ['visits', 'uv', 'buyers', 'amount', 'conversion'].filter((column) => has(cuts[cut], column));
		const nodes = tree(rows, steps.length, 'visits', (step, key) => keyName(steps[step], key));
		return figure({ ...spec, tools, about: say('sources.how'), defs: ['visits'], n: say('cut.n', count(whole), metricName('visits')),
			plots: [{ height: 340, option: treemap({ nodes, color: (t) => t.traffic, unit: metricName('visits'), whole }),
				label: nodes.slice(0, 8).map((node) => `${brief(node.name, 40)} ${percent(node.value / whole, 0)}`).join(say('comma')) }],
			table: () => ({ first: cutName(cut), columns: columns.map((name) => col(metricName(name), kindOf(name))),
				rows: sorted(cut, cuts[cut], 'visits').map(({ row, i }) => ({ head: keyName(cut, row.key), cells: columns.map((name) => cell(row[name], `${base()}.cuts.${cut}.${i}.${name}`)) })) }) });
	});
}

export function mapFigure()
{
	const rows = cutsOf(period()).country || [];
	const there = ['uv', 'buyers', 'amount', 'conversion'].filter((name) => has(rows, name));
	const spec = { name: 'world', title: say('world'), hue: 'traffic', scope: 'store', size: 'wide' };
	if (!there.length)
		return figure({ ...spec, empty: instead(['events', 'orders']) });
	return choosing('world', say('metric'), there.map((name) => [name, metricName(name)]), (by, tools) => {
		const hue = { uv: 'traffic', buyers: 'conversion', amount: 'amount', conversion: 'conversion' }[by];
		const list = sorted('country', rows, by);
		// A rate of few says little: it is not coloured.
		const coded = list.filter(({ row }) => /^[A-Z]{2}$/.test(row.key || '') && number(row[by]) > 0 && (by !== 'conversion' || number(row.uv) >= 30));
		const values = Object.fromEntries(coded.map(({ row }) => [row.key, number(row[by])]));
		const text = Object.fromEntries(coded.map(({ row }) => [row.key, show(by, row[by])]));
		const top = coded.slice(0, 7);
		const rest = list.filter((one) => !top.includes(one));
		const most = top.length ? number(top[0].row[by]) : 0;
		return figure({ ...spec, hue, tools, defs: [by], n: amountOf(by, period().metrics),
			plots: [{ map: true, height: (width) => Math.round(Math.min(430, Math.max(190, width * 0.5))), option: worldMap({ values, names: (code) => keyName('country', code), texts: (code) => text[code], title: metricName(by), color: (t) => t[hue] }),
				label: top.map(({ row }) => `${keyName('country', row.key)} ${show(by, row[by])}`).join(say('comma')),
				below: h('ul', { class: 'dist of1 ranking' }, top.map(({ row, i }) => h('li', {}, h('span', { class: 'name' }, keyName('country', row.key)), h('span', { class: 'pair' }, bar(most ? number(row[by]) / most : 0, 'a')),
					h('span', { class: 'value' }, metric(by, row[by], `${base()}.cuts.country.${i}.${by}`)))),
				rest.length ? h('li', { class: 'rest' }, h('span', { class: 'name' }, say('rest.of', count(rest.length)))) : '') }],
			table: () => ({ first: cutName('country'), columns: there.map((name) => col(metricName(name), kindOf(name))),
				rows: list.map(({ row, i }) => ({ head: keyName('country', row.key), cells: there.map((name) => cell(row[name], `${base()}.cuts.country.${i}.${name}`)) })),
				total: { head: say('total'), cells: there.map((name) => cell(period().metrics[name], `${base()}.metrics.${name}`)) } }) });
	});
}

// Visits or orders by weekday and hour, of each side.
export function weekFigure(member, hue, size)
{
	const all = sides().map((side) => ({ ...side, values: side.portrait && side.portrait.time && side.portrait.time[member] })).filter(({ values }) => values && values.flat().some((value) => value > 0));
	const unit = metricName(member);
	const spec = { name: 'week-' + member, title: say('week.' + member), hue, scope: 'portrait', about: say('week.how', portrait.zone || ''), size };
	if (!all.length)
		return figure({ ...spec, empty: instead([member === 'visits' ? 'events' : 'orders']) });
	const sum = (values) => values.flat().reduce((so, value) => so + (value || 0), 0);
	const peak = (values) => {
		let best = [0, 0];
		values.forEach((row, day) => row.forEach((value, hour) => { if ((value || 0) > (values[best[0]][best[1]] || 0)) best = [day, hour]; }));
		return `${weekday(best[0], 'long')} ${String(best[1]).padStart(2, '0')}:00`;
	};
	return figure({ ...spec, n: all.map(({ values, title }) => (all.length > 1 ? brief(title, 20) + ': ' : '') + say('cut.n', count(sum(values)), unit)).join(' · '),
		plots: all.map(({ values, title, side }) => ({ title: all.length > 1 ? brief(title) : '', height: all.length > 1 ? 280 : 310, option: week({ values, unit, color: (t) => color(t, hue, side) }), label: say('week.label', brief(title), peak(values)),
			below: h('p', { class: 'note' }, say('week.peak', peak(values))) })),
		table: () => ({ first: say('weekday.hour'), columns: all.map(({ title }) => col(all.length > 1 ? `${title}: ${unit}` : unit)),
			rows: Array.from({ length: 168 }, (_, i) => ({ head: `${weekday(Math.floor(i / 24))} ${String(i % 24).padStart(2, '0')}:00`, cells: all.map(({ values, path }) => cell(values[Math.floor(i / 24)][i % 24], `${path}.time.${member}.${Math.floor(i / 24)}.${i % 24}`)) })),
			total: { head: say('total'), cells: all.map(({ values }) => cell(sum(values))) } }) });
}

// The traffic of those who are shown, in the last 30 days.
function visitors()
{
	const NAMES = ['uv', 'new_uv', 'returning_uv', 'pv', 'visits', 'depth', 'bounce_rate', 'stay_seconds'];
	const all = sides().map((side) => ({ ...side, values: side.portrait && side.portrait.traffic })).filter(({ values }) => values);
	const spec = { name: 'behaviour', title: say('behaviour'), hue: 'traffic', scope: 'portrait', about: say('behaviour.how'), size: 'third', defs: ['depth', 'bounce_rate', 'stay_seconds'] };
	if (!all.length)
		return figure({ ...spec, empty: instead(['events']) });
	const lines = { first: say('metric'), columns: all.map(({ title }) => col(brief(title, 30))), rows: NAMES.filter((name) => all.some(({ values }) => !missing(values[name]))).map((name) => ({
		head: name === 'uv' ? say('people') : metricName(name), cells: all.map(({ values, path }) => cell(values[name], `${path}.traffic.${name}`, show(name, values[name]))) })) };
	const ratio = (name) => (all.length > 1 && ['depth', 'bounce_rate', 'stay_seconds'].includes(name) ? indexText(index(number(all[0].values[name]), number(all[1].values[name]))) : '');
	return figure({ ...spec, n: all.map(({ values, title }) => ({ n: values.uv, title })),
		body: h('dl', { class: 'pairs of' + all.length }, NAMES.filter((name) => all.some(({ values }) => !missing(values[name]))).map((name) => h('div', {}, h('dt', {}, name === 'uv' ? say('people') : metricName(name)),
			all.map(({ values, path, side }) => h('dd', { class: side }, datum(kindOf(name), values[name], `${path}.traffic.${name}`))), all.length > 1 ? h('dd', {}, ratio(name)) : ''))),
		table: () => lines });
}

function pages()
{
	const of = portrait.pages;
	const spec = { name: 'pages', title: say('pages'), hue: 'traffic', scope: 'store', size: 'third' };
	if (!of || !of.rows.length)
		return figure({ ...spec, empty: instead(['events']) });
	const list = sorted('page', of.rows, 'pv');
	const told = list.filter(({ row }) => !isRest(row.key) && !missing(row.key));
	const top = told.slice(0, PAGES), rest = list.filter((one) => !top.includes(one));
	const most = top.length ? number(top[0].row.pv) : 0;
	const restPv = rest.reduce((so, { row }) => so + (row.pv || 0), 0);
	return figure({ ...spec, about: say('of.span', range(of, MIDDLE)), n: say('n.rows', count(of.n)), defs: ['pv', 'uv'],
		body: h('ul', { class: 'dist of1 wide-names' }, h('li', { class: 'heads', 'aria-hidden': 'true' }, h('span'), h('span'), h('span', { class: 'value' }, metricName('pv')), h('span', { class: 'share' }, metricName('uv'))),
			top.map(({ row, i }) => h('li', {}, h('span', { class: 'name' }, h('bdi', {}, brief(row.key, 46))), h('span', { class: 'pair' }, bar(most ? row.pv / most : 0, 'a')),
				h('span', { class: 'value' }, datum({}, row.pv, `pages.rows.${i}.pv`)), h('span', { class: 'share' }, datum({}, row.uv, `pages.rows.${i}.uv`)))),
			rest.length ? h('li', { class: 'rest' }, h('span', { class: 'name' }, say('rest')), h('span', { class: 'pair' }, bar(most ? restPv / most : 0, 'a')), h('span', { class: 'value' }, count(restPv)), h('span', { class: 'share' })) : ''),
		table: () => ({ first: say('page'), columns: [col(metricName('pv')), col(metricName('uv'))], rows: list.map(({ row, i }) => ({ head: missing(row.key) ? say('unknown') : keyName('page', row.key), cells: [cell(row.pv, `pages.rows.${i}.pv`), cell(row.uv, `pages.rows.${i}.uv`)] })) }) });
}

function regions()
{
	const rows = portrait.regions_above;
	const spec = { name: 'regions-above', title: say('regions_above'), hue: 'conversion', scope: 'store', about: say('regions_above.how'), size: 'third' };
	if (!rows)
		return figure({ ...spec, empty: instead(['events', 'orders']) });
	if (!rows.length)
		return figure({ ...spec, empty: say('regions_above.none') });
	const lines = { first: cutName('region'), columns: [col(say('ratio'), { kind: 'ratio', digits: 1 }), col(metricName('conversion'), kindOf('conversion')), col(metricName('uv')), col(metricName('buyers'))],
		rows: rows.map((row, i) => ({ head: keyName('region', row.region), cells: [cell(row.ratio, `regions_above.${i}.ratio`), ...['conversion', 'uv', 'buyers'].map((name) => cell(row[name], `regions_above.${i}.${name}`))] })) };
	return figure({ ...spec, defs: ['conversion'], n: say('n.rows', count(rows.length)), body: table(say('regions_above'), lines, 8)[0], table: () => lines });
}

export function traffic()
{
	if (absent('events') && !cutNames(period()).length)
		return section('traffic', h('p', { class: 'absent' }, say('absent.events')));
	return section('traffic', [absent('events') ? h('p', { class: 'absent' }, say('absent.events')) : '',
		grid(storeTrend('uv', 'traffic'), storeTrend('visits', 'traffic'), storeTrend('pv', 'traffic')),
		grid(sourcesFigure(), weekFigure('visits', 'traffic')),
		grid(cutFigure({ name: 'cuts', title: say('cuts'), period: period(), hue: 'traffic' })),
		grid(mapFigure()),
		grid(visitors(), pages(), regions()),
		flow(distributions(home('sources'), 'traffic'))]);
}
