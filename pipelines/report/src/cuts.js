// cuts - a period's numbers by channel, source, country and so on, as a table with bars.
import { has, missing, number, own, portrait } from './data.js';
import { bar, h } from './dom.js';
import { cell, choosing, col, figure, scroll } from './frame.js';
import { count, kindOf, metric, money, percent, show, total } from './numbers.js';
import { brief, cutName, isRest, keyName, metricName, ranks, say, shortName } from './words.js';
import { state } from './state.js';

const ROWS = 9;
const FEW_VISITORS = 30;
const FEW_BUYERS = 10;
const ORDER = ['channel', 'source', 'campaign', 'country', 'region', 'platform', 'language', 'visitor', 'gender', 'age_band'];
// Each record is in one row alone: these add up.
const ADDING = ['pv', 'visits', 'orders', 'amount', 'unidentified_orders', 'unidentified_amount'];

export const cutsOf = (period) => (period && period.cuts) || {};
export const cutNames = (period) => {
	const all = Object.keys(cutsOf(period)).filter((cut) => Array.isArray(period.cuts[cut]) && period.cuts[cut].length);
	return [...ORDER.filter((cut) => all.includes(cut)), ...all.filter((cut) => !ORDER.includes(cut))];
};

// Rows in their own order, else by size; then what was gathered as other, then what is not known.
export function sorted(cut, rows, by)
{
	const rank = ranks(cut, rows.map((row) => row.key));
	const last = (key) => (missing(key) ? 2 : isRest(key) || String(key).startsWith('unattributed') ? 1 : 0);
	return rows.map((row, i) => ({ row, i })).sort((a, b) => last(a.row.key) - last(b.row.key) ||
		(rank ? rank(a.row.key) - rank(b.row.key) : 0) || (number(b.row[by]) || 0) - (number(a.row[by]) || 0) || a.i - b.i);
}

const few = (row, column) => (column === 'conversion' ? number(row.uv) < FEW_VISITORS
	: column === 'amount_per_buyer' ? number(row.buyers) < FEW_BUYERS : false);

function tableOf(cut, list, whole, base)
{
	const rows = list.map(({ row }) => row);
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== 'key' && has(rows, name));
	return {
		first: cutName(cut),
		columns: columns.map((name) => col(metricName(name), kindOf(name))),
		rows: list.map(({ row, i }) => ({ head: keyName(cut, row.key), cells: columns.map((name) => cell(row[name], `${base}.cuts.${cut}.${i}.${name}`)) })),
		total: { head: say('total'), cells: columns.map((name) => cell(own(whole, name), `${base}.metrics.${name}`)) },
	};
}

function body(cut, list, columns, whole, base)
{
	const by = columns[0];
	const shown = list.length <= ROWS + 1 ? list : list.slice(0, ROWS);
	const hidden = list.slice(shown.length);
	const largest = Math.max(...shown.map(({ row }) => number(row[by]) || 0), 0);
	const most = (column) => Math.max(...shown.filter(({ row }) => !few(row, column)).map(({ row }) => number(row[column]) || 0), 0);
	const barred = columns.filter((column) => column !== by && ['conversion', 'amount_per_buyer'].includes(column));
	const tops = Object.fromEntries(barred.map((column) => [column, most(column)]));
	const wholeBy = number(whole[by]);
	const line = ({ row, i }) => h('tr', {},
		h('th', { scope: 'row', class: missing(row.key) ? 'null' : null }, h('bdi', {}, brief(keyName(cut, row.key))),
			cut === 'country' && row.key === portrait.home ? h('small', {}, ` ${say('domestic.domestic')}`) : '', bar(largest ? (number(row[by]) || 0) / largest : 0)),
		columns.map((column) => h('td', { class: `${column} ${few(row, column) ? 'few' : ''}` },
			column === 'amount' ? h('span', { 'data-value': row[column] ?? null, 'data-path': `${base}.cuts.${cut}.${i}.${column}` }, money(row[column], 0)) : metric(column, row[column], `${base}.cuts.${cut}.${i}.${column}`),
			column === by && kindOf(by).kind !== 'rate' && wholeBy > 0 && !missing(row[column]) ? h('span', { class: 'share' }, percent(number(row[column]) / wholeBy)) : '',
			tops[column] && !missing(row[column]) ? bar(number(row[column]) / tops[column], column) : '')));
	const rest = hidden.length ? h('tr', { class: 'rest' }, h('th', { scope: 'row' }, say('rest.of', count(hidden.length))),
		columns.map((column) => h('td', { class: column }, ADDING.includes(column) ? inUnits(column, total(hidden.map(({ row }) => row[column] ?? 0))) : ''))) : '';
	return scroll(cutName(cut), h('table', { class: 'cut' }, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, cutName(cut)),
		columns.map((column) => h('th', { scope: 'col', class: column, title: metricName(column) }, shortName(column))))),
	h('tbody', {}, shown.map(line), rest),
	h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, say('total')), columns.map((column) => h('td', { class: column },
		column === 'amount' ? money(whole[column], 0) : show(column, whole[column])))))));
}

// A rate's N are the visitors of whom it is one.
export const amountOf = (by, metrics) => { const unit = kindOf(by).kind === 'rate' ? 'uv' : by; return say('cut.n', show(unit, metrics[unit]), metricName(unit)); };
const inUnits = (column, value) => (kindOf(column).kind === 'money' ? money(value, 0) : count(value));

// A figure of the period's cuts, one chosen of them: `only` says which may be.
export function cutFigure({ name, title, period, only, hue, first = 'uv', about, size = 'wide' })
{
	const there = cutNames(period).filter((cut) => !cut.includes(',') && (!only || only.includes(cut)));
	const base = `periods.${state.period}`;
	const spec = { name, title, hue, scope: 'store', size };
	if (!there.length)
		return figure({ ...spec, empty: say('none') });
	return choosing(name, say('by'), there.map((cut) => [cut, cutName(cut)]), (cut, tools) => {
		const rows = period.cuts[cut];
		const columns = ['uv', 'conversion', 'buyers', 'amount', 'amount_per_buyer'].filter((column) => has(rows, column));
		const by = columns.includes(first) ? first : columns[0];
		const order = [by, ...columns.filter((column) => column !== by)];
		const list = sorted(cut, rows, by);
		return figure({ ...spec, tools, about: about || say('cuts.how'), defs: order, n: amountOf(by, period.metrics),
			table: () => tableOf(cut, list, period.metrics, base), body: body(cut, list, order, period.metrics, base) });
	});
}
