// segments - all segments as a table that can be searched and sorted; one is chosen and becomes what is shown.
import { missing, number, own, portrait, portraits } from './data.js';
import { bar, h } from './dom.js';
import { cell, col, figure, grid, scroll, section } from './frame.js';
import { change, count, date, datum, MIDDLE, money, percent } from './numbers.js';
import { brief, inLanguage, metricName, say, segmentName } from './words.js';
import { choose, state } from './state.js';
import { mount } from './composer.js';

const ROWS = 12;
const view = { text: '', by: 'people', down: true, all: false };
const whole = () => number(portraits.store && portraits.store.base && portraits.store.base.people);

const moved = (row) => (missing(row.before) || missing(row.people) ? NaN : row.people - row.before);
const perBuyer = (row) => number(own(portraits, row.name)?.base?.amount_per_buyer);
const COLUMNS = [
	{ name: 'name', title: () => say('segment'), value: (row) => segmentName(row.name) },
	{ name: 'people', title: () => say('people'), value: (row) => number(row.people) },
	{ name: 'moved', title: () => say('change'), value: moved },
	{ name: 'joined', title: () => say('joined'), value: (row) => number(row.joined) },
	{ name: 'left', title: () => say('left'), value: (row) => number(row.left) },
	{ name: 'amount', title: () => metricName('amount_per_buyer'), value: perBuyer },
	{ name: 'action', title: () => say('action'), value: (row) => (row.action ? inLanguage(row.action.action) : '') },
];

function rows()
{
	const { value } = COLUMNS.find(({ name }) => name === view.by);
	const text = view.text.trim().toLowerCase();
	const order = (a, b) => {
		const x = value(a.row), y = value(b.row);
		if (typeof x === 'string')
			return (x === '') - (y === '') || x.localeCompare(y, state.lang) * (view.down ? -1 : 1);
		return Number.isNaN(x) - Number.isNaN(y) || (view.down ? y - x : x - y) || (a.row.name < b.row.name ? -1 : 1);
	};
	return portrait.segments.map((row, i) => ({ row, i })).filter(({ row }) => !text || [row.name, row.en, row.zh, row.action ? inLanguage(row.action.action) : ''].some((word) => String(word || '').toLowerCase().includes(text))).sort(order);
}

function line({ row, i })
{
	const known = own(portraits, row.name);
	const path = `segments.${i}`;
	const name = brief(segmentName(row.name));
	return h('tr', { class: state.a === row.name ? 'chosen' : null },
		h('th', { scope: 'row' }, known ? h('button', { type: 'button', class: 'link', 'aria-pressed': String(state.a === row.name), title: say('show.portrait'), onclick: () => { choose(row.name); document.getElementById('s-portrait').scrollIntoView(); } }, h('bdi', {}, name)) : h('bdi', {}, name),
			bar(whole() ? number(row.people) / whole() : 0), row.action ? h('small', { class: 'phone' }, h('bdi', {}, inLanguage(row.action.action))) : ''),
		h('td', {}, datum({}, row.people, path + '.people'), ' ', h('span', { class: 'share' }, whole() && !missing(row.people) ? percent(number(row.people) / whole()) : '')),
		h('td', {}, change({ good: 0 }, row.people, row.before, row.since ? say('since', date(row.since, MIDDLE), count(row.before)) : undefined) || h('span', { class: 'share' }, '–')),
		h('td', { class: 'joined' }, missing(row.joined) ? '–' : ['+', datum({}, row.joined, path + '.joined')]), h('td', { class: 'left' }, missing(row.left) ? '–' : [row.left ? '\u2212' : '', datum({}, row.left, path + '.left')]),
		h('td', { class: 'amount' }, known ? datum({ kind: 'money' }, known.base.amount_per_buyer, `portraits.${row.name}.base.amount_per_buyer`, money(known.base.amount_per_buyer)) : '–'),
		h('td', { class: 'text action' }, row.action ? [h('bdi', {}, inLanguage(row.action.action)), inLanguage(row.action.offer) ? h('small', {}, h('bdi', {}, inLanguage(row.action.offer))) : ''] : ''));
}

function tableFigure()
{
	const list = portrait.segments || [];
	const spec = { name: 'segments', title: say('segments.all'), hue: 'repurchase', size: 'wide', about: say('segments.how') };
	if (!list.length)
		return figure({ ...spec, empty: say('segments.none') });
	const since = list.find((row) => row.since);
	const body = h('tbody');
	const more = h('button', { type: 'button', class: 'more', onclick: () => { view.all = !view.all; fill(); } });
	const found = h('p', { class: 'sr', role: 'status' });
	const heads = h('tr');
	const fill = () => {
		const all = rows();
		const shown = view.all || view.text || all.length <= ROWS + 2 ? all : all.slice(0, ROWS);
		body.replaceChildren(...shown.map(line));
		found.textContent = say('found', count(all.length));
		more.hidden = all.length <= ROWS + 2 || Boolean(view.text);
		more.textContent = view.all ? say('fewer') : say('all', count(all.length));
		heads.replaceChildren(...COLUMNS.map(({ name, title }) => h('th', { scope: 'col', class: name === 'action' ? 'text action' : name, 'aria-sort': view.by === name ? (view.down ? 'descending' : 'ascending') : null },
			h('button', { type: 'button', class: 'sort', 'data-sort': name, onclick: () => {
				view.down = view.by === name ? !view.down : name !== 'name' && name !== 'action';
				view.by = name;
				fill();
				heads.querySelector(`[data-sort="${name}"]`).focus();
			} }, title(), h('i', { 'aria-hidden': 'true' }, view.by === name ? (view.down ? ' ▾' : ' ▴') : '')))));
	};
	const search = h('input', { type: 'search', id: 'segment-search', value: view.text, placeholder: say('search'), 'aria-label': say('search.segments'), oninput: () => { view.text = search.value; fill(); } });
	fill();
	return figure({ ...spec, tools: search, n: [say('n.segments', count(list.length)), since ? say('since.when', date(since.since, MIDDLE)) : ''].filter(Boolean).join(' · '),
		body: [found, scroll(say('segments.all'), h('table', { class: 'segments' }, h('thead', {}, heads), body)), more],
		table: () => ({ first: say('segment'), columns: [col(say('name'), 'text'), col(say('people')), col(metricName('customers')), col(metricName('visitors')), col(say('before')), col(say('joined')), col(say('left')), col(say('action'), 'text'), col(say('offer'), 'text')],
			rows: rows().map(({ row, i }) => ({ head: segmentName(row.name), cells: [cell(row.name), ...['people', 'customers', 'visitors', 'before', 'joined', 'left'].map((name) => cell(row[name], `segments.${i}.${name}`)), cell(row.action ? inLanguage(row.action.action) : ''), cell(row.action ? inLanguage(row.action.offer) : '')] })) }) });
}

function composer()
{
	const element = h('div', { class: 'composer', id: 'composer' });
	mount(element, { portrait, say, lang: state.lang });
	return h('div', { id: 's-composer', class: 'sheet', hidden: element.hidden }, h('h3', {}, say('composer.title')), element);
}

export const segments = () => section('segments', [grid(tableFigure()), composer()]);
