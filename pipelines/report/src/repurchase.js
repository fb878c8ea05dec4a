// repurchase - how many come back to buy: rate, new and old customers, and the stages between which they move.
import { absent, missing, number, own, portrait } from './data.js';
import { h } from './dom.js';
import { cell, choosing, col, figure, flow, grid, instead, section, sides } from './frame.js';
import { flows } from './kinds.js';
import { count, datum, date, MIDDLE, percent } from './numbers.js';
import { sideTrend } from './trend.js';
import { distribution, distributions, home, known } from './tags.js';
import { keyName, metricName, ORDERS, say } from './words.js';

function deals()
{
	const all = sides().map((side) => ({ ...side, values: side.portrait && side.portrait.deals })).filter(({ values }) => values);
	const spec = { name: 'deals', title: say('deals'), hue: 'repurchase', scope: 'portrait', about: say('deals.how'), size: 'third' };
	if (!all.length)
		return figure({ ...spec, empty: instead(['orders']) });
	const pairs = [['customers', 'stock', {}], ['buyers', 'flow', {}], ['amount', 'flow.amount', { kind: 'amount' }]];
	const part = (values, name) => { const x = number(values['new_' + name]), y = number(values['old_' + name]); return x + y > 0 ? x / (x + y) : null; };
	const line = ([name, key, kind]) => h('div', {}, h('h4', {}, say('deals.' + key)), all.map(({ values, path, side }) => h('div', { class: 'stack ' + side },
		h('span', { class: 'split', 'aria-hidden': 'true' }, h('i', { style: { width: `${((part(values, name) ?? 0) * 100).toFixed(2)}%` } })),
		h('span', { class: 'ends' }, h('span', {}, say('new'), ' ', h('b', {}, datum(kind, values['new_' + name], `${path}.deals.new_${name}`)), ' ', h('small', {}, percent(part(values, name), 0))),
			h('span', {}, say('old'), ' ', h('b', {}, datum(kind, values['old_' + name], `${path}.deals.old_${name}`)), ' ', h('small', {}, missing(part(values, name)) ? '' : percent(1 - part(values, name), 0)))))));
	return figure({ ...spec, defs: ['new_buyers', 'old_buyers'], n: all.map(({ values, title }) => ({ n: (values.new_customers || 0) + (values.old_customers || 0), title })),
		body: h('div', { class: 'stacks' }, pairs.map(line)),
		table: () => ({ first: say('deals'), columns: all.flatMap(({ title }) => [col(all.length > 1 ? `${title}: ${say('new')}` : say('new'), 'text'), col(say('old'), 'text')]),
			rows: pairs.map(([name, key]) => ({ head: say('deals.' + key), cells: all.flatMap(({ values }) => [cell(values['new_' + name]), cell(values['old_' + name])]) })) }) });
}

const STAGE_COLORS = { prospect: 'faint', new: 'traffic', diehard: 'repurchase', ordinary: 'conversion', dormant: 'amount', lost: 'bad' };

function moves()
{
	const of = portrait.moves;
	const spec = { name: 'moves', title: say('moves'), hue: 'repurchase', scope: 'store', size: 'two' };
	if (!of || !of.rows.length)
		return figure({ ...spec, empty: say(of ? 'none' : 'moves.none') });
	const key = (value) => (missing(value) ? '' : value);
	const stages = [...ORDERS.lifecycle, ''].filter((stage) => of.rows.some((row) => key(row.from) === stage || key(row.to) === stage));
	const others = [...new Set(of.rows.flatMap((row) => [key(row.from), key(row.to)]))].filter((stage) => !stages.includes(stage));
	const named = (stage) => (stage === '' ? say('moves.nobody') : keyName('lifecycle', stage));
	const told = [...stages, ...others].map((stage) => ({ key: stage, name: named(stage), color: (t) => t[own(STAGE_COLORS, stage) || 'other'] }));
	const whole = of.rows.reduce((so, row) => so + (row.customers || 0), 0);
	const moved = of.rows.filter((row) => key(row.from) !== key(row.to) && row.customers > 0);
	const sum = (rows) => rows.reduce((so, row) => so + (row.customers || 0), 0);
	return choosing('moves', say('by'), [['moved', say('moves.moved')], ['all', say('moves.all')]], (way, tools) => {
		const rows = (way === 'all' ? of.rows : moved).filter((row) => row.customers > 0);
		const links = rows.map((row) => ({ from: key(row.from), to: key(row.to), value: row.customers }));
		const list = of.rows.map((row, i) => ({ row, i })).sort((x, y) => y.row.customers - x.row.customers);
		return figure({ ...spec, tools, about: say('moves.how', date(of.since, MIDDLE), count(sum(moved)), count(whole)), n: say('cut.n', count(whole), metricName('customers')), defs: ['lifecycle'],
			...(links.length ? { plots: [{ height: 400, option: flows({ links, stages: told, then: date(of.since, MIDDLE), now: date(portrait.day, MIDDLE) }),
				label: moved.slice().sort((x, y) => y.customers - x.customers).slice(0, 6).map((row) => `${named(key(row.from))} → ${named(key(row.to))} ${count(row.customers)}`).join(say('comma')) }] } : { body: h('p', { class: 'absent' }, say('moves.still')) }),
			table: () => ({ first: say('moves.from'), columns: [col(say('moves.to'), 'text'), col(metricName('customers')), col(say('share'), 'rate')],
				rows: list.map(({ row, i }) => ({ head: named(key(row.from)), cells: [cell(named(key(row.to))), cell(row.customers, `moves.rows.${i}.customers`), cell(whole ? row.customers / whole : null)] })),
				total: { head: say('total'), cells: [cell(''), cell(whole), cell(1)] } }) });
	});
}

export function repurchase()
{
	if (absent('orders'))
		return section('repurchase', h('p', { class: 'absent' }, say('absent.orders')));
	const stages = home('stages');
	return section('repurchase', [
		grid(sideTrend('repurchase_rate', 'repurchase'), deals(), stages.length && known('lifecycle') ? distribution('lifecycle', { hue: 'repurchase', size: 'third', about: say('lifecycle.how') }) : ''),
		grid(moves(), h('div', { class: 'column third figure-column' }, sideTrend('customers', 'repurchase', { title: say('members.customers') }), sideTrend('subscribers', 'repurchase', { title: say('members.subscribers') }))),
		flow(distributions(home('loyalty'), 'repurchase'))]);
}
