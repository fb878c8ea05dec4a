// products - what was seen and what was bought, and which of it sold best and least.
import { missing, number, portrait } from './data.js';
import { bar, h } from './dom.js';
import { cell, choosing, col, figure, instead, scroll } from './frame.js';
import { count, datum, kindOf, metric, MIDDLE, money, range } from './numbers.js';
import { brief, keyName, metricName, say } from './words.js';

const TOP = 10;
const FEW = 30;
const COLUMNS = [['category', 'text'], ['pv', {}], ['uv', {}], ['buyers', {}], ['items', {}], ['amount', { kind: 'money' }], ['refunded', { kind: 'money' }], ['conversion', kindOf('conversion')]];
const titled = (name) => (name === 'category' ? say('category') : metricName(name));
const nameOf = (row) => (missing(row.title) ? row.key : row.title);

function tableOf(list)
{
	return { first: say('product'), columns: [col(say('sku'), 'text'), ...COLUMNS.map(([name, kind]) => col(titled(name), kind))],
		rows: list.map(({ row, i }) => ({ head: nameOf(row), cells: [cell(row.key), ...COLUMNS.map(([name]) => cell(name === 'category' && row[name] ? keyName('category', row[name]) : row[name], `products.rows.${i}.${name}`))] })) };
}

function lines(list, columns, barred)
{
	const most = Math.max(0, ...list.map(({ row }) => number(row[barred]) || 0));
	const rates = Math.max(0, ...list.filter(({ row }) => row.uv >= FEW).map(({ row }) => row.conversion || 0));
	return scroll(say('products'), h('table', { class: 'cut' }, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, say('product')), columns.map((name) => h('th', { scope: 'col', class: name }, titled(name))))),
		h('tbody', {}, list.map(({ row, i }) => h('tr', {}, h('th', { scope: 'row' }, h('bdi', {}, brief(nameOf(row), 48)), row.category ? h('small', {}, ' ', h('bdi', {}, brief(keyName('category', row.category), 32))) : '', bar(most ? (number(row[barred]) || 0) / most : 0)),
			columns.map((name) => h('td', { class: name + (name === 'conversion' && row.uv < FEW ? ' few' : '') }, name === 'amount' || name === 'refunded' ? h('span', { 'data-value': row[name], 'data-path': `products.rows.${i}.${name}` }, money(row[name], 0))
				: name === 'items' ? datum({}, row[name], `products.rows.${i}.items`) : metric(name, row[name], `products.rows.${i}.${name}`),
			name === 'conversion' && rates && !missing(row.conversion) ? bar(row.conversion / rates, 'conversion') : '')))))));
}

// which: 'seen' is about conversion, 'sold' about amounts.
export function products(which)
{
	const of = portrait.products;
	const hue = which === 'seen' ? 'conversion' : 'amount';
	const spec = { name: 'products-' + which, title: say('products.' + which), hue, scope: 'store', size: 'wide' };
	if (!of || !of.rows.length)
		return figure({ ...spec, empty: instead(['order_items', 'products', 'events', 'orders']) });
	const all = of.rows.map((row, i) => ({ row, i }));
	const by = (name, sign = 1) => all.filter(({ row }) => !missing(row[name])).sort((x, y) => sign * (number(y.row[name]) - number(x.row[name])) || (x.row.key < y.row.key ? -1 : 1));
	const ways = which === 'seen' ? [['most', say('products.most')], ['unsold', say('products.unsold')]] : [['best', say('products.best')], ['last', say('products.last')]];
	return choosing('products-' + which, say('by'), ways, (way, tools) => {
		const list = { most: () => by('uv'), unsold: () => by('uv').filter(({ row }) => row.uv >= FEW).sort((x, y) => (x.row.conversion || 0) - (y.row.conversion || 0) || y.row.uv - x.row.uv),
			best: () => by('amount'), last: () => by('amount', -1) }[way]();
		const columns = (which === 'seen' ? ['uv', 'buyers', 'conversion', 'amount'] : ['amount', 'items', 'buyers', 'refunded']).filter((name) => list.some(({ row }) => !missing(row[name])));
		return figure({ ...spec, tools, about: say('of.span', range(of, MIDDLE)), n: say('products.n', count(of.n), count(of.rows.length)), table: () => tableOf(list),
			body: list.length ? lines(list.slice(0, TOP), columns, which === 'seen' ? 'uv' : 'amount') : h('p', { class: 'absent' }, say('none')) });
	});
}
