// why - why the amount is another one than in the period before; all numbers of the period.
import { has, missing, number, own, portrait } from './data.js';
import { h, how } from './dom.js';
import { cell, choosing, col, figure, instead, table } from './frame.js';
import { base, before, beforeSpan, changed, period } from './head.js';
import { diverging, waterfall } from './kinds.js';
import { count, kindOf, METRICS, MIDDLE, money, range, show, signed, write } from './numbers.js';
import { keyName, metricName, say } from './words.js';
import { state } from './state.js';

const FACTORS = [['uv', 'traffic'], ['conversion', 'conversion'], ['amount_per_buyer', 'amount']];
const ROWS = 8;
const NOBODY = 'unidentified_amount';
const MONEY = { kind: 'money' };

const identified = (metrics) => number(metrics.amount) - (number(metrics[NOBODY]) || 0);

function totals(now, was, total)
{
	const start = identified(was);
	const anonymous = (number(now[NOBODY]) || 0) - (number(was[NOBODY]) || 0);
	const parts = FACTORS.map(([name, color]) => ({ name: metricName(name), value: number(total[name]), text: signed(total[name]), color, note: `${show(name, was[name])} → ${show(name, now[name])}` }));
	const steps = [
		{ name: say('why.before'), whole: true, value: start + (number(was[NOBODY]) || 0), text: money(was.amount, 0), color: 'other' },
		...parts,
		...(anonymous ? [{ name: say('why.nobody'), value: anonymous, text: signed(String(anonymous.toFixed(2))), color: 'faint' }] : []),
		{ name: say('why.now'), whole: true, value: number(now.amount), text: money(now.amount, 0), color: 'ink' },
	];
	const path = `${base()}.changes.total`;
	return figure({
		name: 'why-total', title: say('why.total'), hue: 'amount', scope: 'store', defs: ['amount', 'uv', 'conversion', 'amount_per_buyer'], about: say('why.how'), n: say('cut.n', count(now.buyers), metricName('buyers')),
		plots: [{ height: 280, option: waterfall({ steps, kind: MONEY }), label: say('why.label', money(was.amount, 0), money(now.amount, 0), parts.map((part) => `${part.name} ${part.text}`).join(say('comma'))) }],
		table: () => ({ first: say('why.factor'), columns: [col(say('why.before'), {}), col(say('why.now'), {}), col(say('change'), MONEY)],
			rows: FACTORS.map(([name]) => ({ head: metricName(name), cells: [cell(was[name], `${base()}.before.${name}`, show(name, was[name])), cell(now[name], `${base()}.metrics.${name}`, show(name, now[name])), cell(total[name], `${path}.${name}`, signed(total[name], undefined))] })),
			total: { head: say('why.identified'), cells: [cell(undefined, undefined, money(identified(was).toFixed(2))), cell(undefined, undefined, money(identified(now).toFixed(2))), cell(total.amount, `${path}.amount`, signed(total.amount, undefined))] } }),
	});
}

function parts(rows, dimension, tools)
{
	const known = rows.map((row, i) => ({ row, i })).filter(({ row }) => !missing(row.amount));
	const order = known.slice().sort((x, y) => Math.abs(number(y.row.amount)) - Math.abs(number(x.row.amount)));
	const top = order.slice(0, ROWS), rest = order.slice(ROWS);
	const value = (row, name) => number(row[name]) || 0;
	// What is not explained (no visitor, or no buyer, in one of both) is a part of its own.
	const others = (row) => (missing(row.uv) ? number(row.amount) : 0);
	const line = (name, list) => {
		const sum = list.reduce((so, { row }) => so + number(row.amount), 0);
		return { name, sum, text: signed(String(sum.toFixed(2))), parts: [...FACTORS.map(([factor]) => list.reduce((so, { row }) => so + value(row, factor), 0)), list.reduce((so, { row }) => so + others(row), 0)] };
	};
	const drawn = [...top.map((one) => line(keyName(dimension, one.row.key), [one])), ...(rest.length ? [line(say('rest.of', count(rest.length)), rest)] : [])];
	const colors = [...FACTORS.map(([name, color]) => ({ name: metricName(name), color })), { name: say('why.other'), color: 'faint' }];
	const path = `${base()}.changes.${dimension}`;
	return figure({
		name: 'why-parts', title: say('why.parts'), hue: 'amount', scope: 'store', about: say('why.parts.how'), tools, n: say('n.rows', count(known.length)),
		plots: [{ height: Math.max(120, drawn.length * 30 + 34), option: diverging({ rows: drawn, parts: colors, kind: MONEY, texts: (v) => signed(String(v.toFixed(2))) }),
			label: drawn.map((row) => `${row.name} ${row.text}`).join(say('comma')),
			below: h('p', { class: 'legend' }, colors.filter((_, j) => drawn.some((row) => row.parts[j])).map(({ name, color }) => h('span', {}, h('i', { class: 'swatch ' + color }), name))) }],
		table: () => ({ first: say('by.' + dimension), columns: [col(say('change'), MONEY), ...FACTORS.map(([name]) => col(metricName(name), MONEY))],
			rows: order.map(({ row, i }) => ({ head: keyName(dimension, row.key), cells: ['amount', ...FACTORS.map(([name]) => name)].map((name) => cell(row[name], `${path}.${i}.${name}`, missing(row[name]) ? undefined : signed(row[name], undefined))) })) }),
	});
}

export function why()
{
	const of = period();
	const now = (of && of.metrics) || {};
	if (missing(now.amount))
		return '';
	const changes = state.against === 'previous' && of.changes;
	const title = [h('h2', { id: 'h-why' }, say('why')), how(say('why.span', range(of, MIDDLE), range(beforeSpan(of), MIDDLE)))];
	if (!changes || missing(changes.total.uv))
		return h('section', { id: 's-why', 'aria-labelledby': 'h-why', tabindex: -1 }, title, h('div', { class: 'sheet' }, h('p', { class: 'absent' }, say(state.against === 'last_year' ? 'why.year' : absentWhy()))), numbers());
	const there = ['channel', 'country'].filter((name) => Array.isArray(changes[name]) && has(changes[name], 'amount'));
	return h('section', { id: 's-why', 'aria-labelledby': 'h-why', tabindex: -1 }, title, h('div', { class: 'figures' }, totals(now, before(of), changes.total),
		there.length ? choosing('why-parts', say('by'), there.map((name) => [name, say('by.' + name)]), (name, tools) => parts(changes[name], name, tools)) : ''), numbers());
}

const absentWhy = () => (['events', 'orders'].some((stream) => (portrait.absent || []).includes(stream)) ? 'absent.' + ['events', 'orders'].find((stream) => (portrait.absent || []).includes(stream)) : 'why.not');

// Every metric of the period, with the one before.
function numbers()
{
	const of = period();
	const now = of.metrics, was = before(of), path = base();
	const names = [...Object.keys(METRICS), ...Object.keys(now).filter((name) => !own(METRICS, name))].filter((name) => !missing(now[name]));
	const bots = of.bots && !missing(of.bots.visits) ? of.bots : null;
	const member = state.against === 'last_year' ? 'year_ago' : 'before';
	const kinds = (name, value) => (own(METRICS, name) ? kindOf(name) : /rate|conv/.test(name) ? { kind: 'rate' } : /amount/.test(name) ? MONEY : Number.isInteger(number(value)) ? {} : { kind: 'ratio' });
	const lines = { first: say('numbers'), columns: [col(range(of, MIDDLE)), col(range(beforeSpan(of), MIDDLE)), col(say('change'))],
		rows: names.map((name) => ({ head: metricName(name), cells: [...[[now, 'metrics'], [was, member]].map(([metrics, where]) =>
			cell(own(metrics, name), `${path}.${where}.${name}`, write(kinds(name, now[name]), own(metrics, name)))), changed(name) || h('span')] })) };
	return h('details', { class: 'numbers' }, h('summary', {}, say('numbers')), h('div', { class: 'sheet' }, table(say('numbers'), lines),
		bots ? how([say('bots.' + (portrait.bots === 'include' ? 'include' : 'exclude'), count(bots.uv), count(bots.visits), count(bots.pv)),
			bots.all ? say('bots.all', count(bots.all.uv), count(bots.all.visits), count(bots.all.pv)) : ''].join(' ')) : of.bots ? how(say('bots.unknown')) : ''));
}
