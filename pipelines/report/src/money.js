// money - how much each customer buys: amounts, how often, how lately, what, when and how they pay.
import { absent, number } from './data.js';
import { h } from './dom.js';
import { cell, choosing, col, color, figure, flow, grid, instead, section, sides, sub } from './frame.js';
import { columns } from './kinds.js';
import { count, percent } from './numbers.js';
import { storeTrend, sideTrend } from './trend.js';
import { weekFigure } from './traffic.js';
import { products } from './products.js';
import { distributions, home, restOf } from './tags.js';
import { brief, locale, metricName, say } from './words.js';

const month = (i) => new Intl.DateTimeFormat(locale(), { month: 'short', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, i, 1)));

function seasons(member, tools)
{
	const all = sides().map((side) => ({ ...side, values: side.portrait && side.portrait.time && side.portrait.time[member] })).filter(({ values }) => values && values.some((value) => value > 0));
	const spec = { name: 'seasons', title: say('seasons'), hue: 'amount', scope: 'portrait', about: say('seasons.how'), tools };
	if (!all.length)
		return figure({ ...spec, empty: instead(['orders']) });
	const sum = (values) => values.reduce((so, value) => so + (value || 0), 0);
	const two = all.length > 1;
	const names = all[0].values.map((_, i) => (member === 'months' ? month(i) : say('quarter', i + 1)));
	const text = (j, i) => `${count(all[j].values[i])} (${percent(all[j].values[i] / sum(all[j].values))})`;
	return figure({ ...spec, n: all.map(({ values, title }) => (two ? brief(title, 20) + ': ' : '') + say('cut.n', count(sum(values)), metricName('orders'))).join(' · '),
		plots: [{ height: 280, label: all.map(({ title, values }) => `${title}: ${names.map((name, i) => `${name} ${count(values[i])}`).join(say('comma'))}`).join('; '),
			option: columns({ names, kind: two ? { kind: 'rate' } : {}, texts: text, series: all.map(({ title, values, side }) => ({ name: title, color: (t) => color(t, 'amount', side), values: two ? values.map((value) => number(value) / sum(values)) : values })) }) }],
		table: () => ({ first: say(member), columns: all.flatMap(({ title }) => [col(two ? `${title}: ${metricName('orders')}` : metricName('orders')), col(say('share'), 'rate')]),
			rows: names.map((name, i) => ({ head: name, cells: all.flatMap(({ values, path }) => [cell(values[i], `${path}.time.${member}.${i}`), cell(sum(values) ? values[i] / sum(values) : null)]) })),
			total: { head: say('total'), cells: all.flatMap(({ values }) => [cell(sum(values)), cell(1)]) } }) });
}

export function money()
{
	if (absent('orders'))
		return section('amount', h('p', { class: 'absent' }, say('absent.orders')));
	const bands = distributions(home('bands'), 'amount');
	const taste = distributions([...home('taste'), ...restOf('product')], 'amount');
	const pay = distributions(restOf('payment'), 'amount');
	const promotion = distributions(restOf('promotion'), 'amount');
	return section('amount', [
		grid(storeTrend('amount', 'amount'), sideTrend('amount_per_buyer', 'amount', { title: say('members.amount_per_buyer'), near0: true }), sideTrend('orders_per_buyer', 'amount', { title: say('members.orders_per_buyer') })),
		sides().length > 1 || sides()[0].name !== 'store' ? grid(sideTrend('amount', 'amount', { title: say('members.amount'), near0: true, size: 'wide' })) : '',
		bands.length ? flow(bands) : '',
		grid(products('sold')),
		grid(weekFigure('orders', 'amount'), choosing('seasons', say('by'), [['months', say('months')], ['quarters', say('quarters')]], seasons)),
		taste.length ? [sub('taste'), flow(taste)] : '',
		pay.length ? [sub('payment'), flow(pay)] : '',
		promotion.length ? [sub('promotion'), flow(promotion)] : '']);
}
