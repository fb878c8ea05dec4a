// frame - the frame of every figure: title, N, what it means, its table and the table as a CSV file.
import { missing, own, portrait } from './data.js';
import { h, how } from './dom.js';
import { plot } from './charts.js';
import { count, datum, percent, write } from './numbers.js';
import { brief, metricName, say, segmentName, tagName } from './words.js';
import { state } from './state.js';

const ROWS = 100;
const PAPER_ROWS = 12;
const opened = new Set();
let unique = 0;

// ---- sides: what is shown, and what it is held against ---------------------------------------------
export function sides()
{
	return ['a', 'b'].filter((side) => state[side]).map((side) => ({ side, name: state[side], title: segmentName(state[side]),
		portrait: own(portrait.portraits, state[side]), path: `portraits.${state[side]}` }));
}
export const color = (theme, hue, side) => (side === 'b' ? theme.other : theme[hue]);
const special = () => state.a !== 'store' || state.b;

function chips(scope)
{
	if (!special() || !scope)
		return '';
	if (scope === 'store')
		return h('span', { class: 'chips' }, h('span', { class: 'chip whole' }, say('whole')));
	return h('span', { class: 'chips' }, sides().map(({ side, title }) => h('span', { class: 'chip ' + side }, h('i', { 'aria-hidden': 'true' }), h('bdi', {}, brief(title, 28)))));
}

// ---- tables -----------------------------------------------------------------------------------------
export const scroll = (label, ...children) => h('div', { class: 'scroll', role: 'group', 'aria-label': label, tabindex: 0 }, children);

const cellOf = (column, cell) => {
	if (cell instanceof Node)
		return cell;
	if (column.kind.kind === 'text')
		return h('bdi', {}, brief(missing(cell.v) ? '–' : cell.v));
	return datum(column.kind, cell.v, cell.path, cell.text);
};

// {columns: [{title, kind, hint}], rows: [{head, cells: [{v, path}], class}], total: row}; head is the first column's text.
export function table(title, { columns, rows, total, first }, limit = ROWS)
{
	const body = h('tbody', {});
	const line = (row) => h('tr', { class: row.class }, h('th', { scope: 'row' }, h('bdi', {}, brief(row.head))),
		columns.map((column, i) => h('td', { class: column.kind.kind === 'text' ? 'text' : null }, row.cells[i] === undefined ? '' : cellOf(column, row.cells[i]))));
	const more = h('button', { type: 'button', class: 'more' });
	let shown = 0;
	const fill = (upto) => {
		body.append(...rows.slice(shown, upto).map(line));
		shown = Math.min(upto, rows.length);
		more.hidden = shown >= rows.length;
		more.textContent = say('more', count(Math.min(ROWS * 10, rows.length - shown)), count(rows.length));
	};
	more.addEventListener('click', () => fill(shown + ROWS * 10));
	fill(limit);
	return [scroll(title, h('table', {}, h('caption', { class: 'sr' }, title),
		h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, first || say('name')),
			columns.map((column) => h('th', { scope: 'col', title: column.hint, class: column.kind.kind === 'text' ? 'text' : null }, column.title)))),
		body, total ? h('tfoot', {}, line(total)) : '')), more];
}

// RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe.
const guarded = (text) => (/^[=+\-@\t\r]/.test(text) ? "'" + text : text);
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const textCell = (value) => quoted(guarded(missing(value) ? '' : String(value)));
const numberCell = (value) => {
	const text = missing(value) ? '' : String(value);
	return /^-?\d+(\.\d+)?(e-?\d+)?$/.test(text) || text === '' ? text : textCell(text);
};

export function csv({ columns, rows, total, first })
{
	const line = (row) => [textCell(row.full ?? row.head), ...columns.map((column, i) => {
		const cell = row.cells[i];
		if (cell === undefined || cell instanceof Node)
			return '';
		return column.kind.kind === 'text' ? textCell(cell.v) : numberCell(cell.v);
	})].join(',');
	const header = [first || say('name'), ...columns.map((column) => column.title)].map(textCell).join(',');
	return [header, ...rows.map(line), ...(total ? [line(total)] : [])].join('\r\n') + '\r\n';
}

function download(name, text)
{
	// Spreadsheets tell UTF-8 by the mark in front.
	const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
	const link = h('a', { href: url, download: `${portrait.day}-${name}.csv` });
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// ---- definitions --------------------------------------------------------------------------------------
export function definition(key)
{
	const known = own(portrait.definitions, key);
	const told = known && known.kind === 'segment' ? segmentName(key) : known && known.kind === 'tag' ? tagName(key) : metricName(key);
	const said = say('def.' + key);
	return h('div', { class: 'definition' }, h('b', {}, told), said === 'def.' + key ? '' : how(said),
		known ? [h('pre', { dir: 'ltr', tabindex: 0 }, h('code', {}, known.rule)), h('small', {}, known.file)] : '');
}

// ---- the figure ---------------------------------------------------------------------------------------
function amountOf(n)
{
	if (!n)
		return '';
	if (typeof n === 'string')
		return n;
	return n.filter(Boolean).map(({ n: known, missing: not, unit, title }) =>
		(title && n.length > 1 ? brief(title, 20) + ': ' : '') + say('n', count(known)) + (unit ? ' ' + unit : '') +
		(not > 0 ? say('comma') + say('n.missing', count(not), percent(not / (known + not), 0)) : '')).join(' · ');
}

// spec: name, title, about, hue, scope ('store' or 'portrait'), n, defs, size, table() or null, plots, body, tools, empty.
export function figure(spec)
{
	const { name, title, hue } = spec;
	const id = `f-${name}`;
	const box = h('figure', { class: `sheet figure ${hue || ''} ${spec.size || ''}`, 'data-chart': name, id, 'aria-labelledby': id + '-t' });
	const heading = h('header', {}, h('h3', { id: id + '-t' }, title), chips(spec.scope), spec.tools || '');
	if (spec.empty)
		return add(box, heading, h('p', { class: 'absent' }, spec.empty));
	const place = h('div', { class: 'tablebox', id: id + '-table' });
	// Made when somebody asks for it.
	let made;
	const lines = () => (made ??= spec.table());
	const toggle = spec.table ? h('button', { type: 'button', class: 'tool', 'aria-expanded': 'false', 'aria-controls': place.id, onclick: () => open(!opened.has(name)) }, say('table')) : '';
	const open = (yes) => {
		if (yes)
			opened.add(name);
		else
			opened.delete(name);
		toggle.setAttribute('aria-expanded', String(yes));
		place.replaceChildren(...(yes ? table(title, lines()) : []));
	};
	const save = spec.table ? h('button', { type: 'button', class: 'tool', 'aria-label': say('csv.of', title), onclick: () => download(name, csv(lines())) }, say('csv')) : '';
	const defs = (spec.defs || []).filter((key) => own(portrait.definitions, key) || say('def.' + key) !== 'def.' + key);
	const told = say('def.' + name) === 'def.' + name ? '' : h('div', { class: 'definition' }, how(say('def.' + name))); // of a figure that no single rule makes
	const meaning = defs.length || told ? h('details', { class: 'meaning' }, h('summary', {}, say('meaning')), told, defs.map(definition)) : '';
	const n = amountOf(spec.n);
	add(box, heading, how(spec.about), spec.body || '',
		spec.plots ? h('div', { class: `plots of${spec.plots.length}` }, spec.plots.map((one) => h('div', {},
			one.title ? h('p', { class: 'plot-title' }, one.title) : '', plot(one), one.below || ''))) : '',
		h('footer', {}, h('span', { class: 'n' }, n), h('span', { class: 'tools' }, toggle, save), meaning), place);
	if (spec.table) {
		// What is drawn in numbers needs no second table on paper.
		box.paper = () => opened.has(name) || !spec.plots || place.replaceChildren(...table(title, lines(), PAPER_ROWS));
		box.screen = () => opened.has(name) || place.replaceChildren();
		if (opened.has(name))
			open(true);
	}
	return box;
}

function add(box, ...children)
{
	box.append(...children.flat().filter((child) => child !== '' && child !== null && child !== undefined));
	return box;
}

// Buttons of which one is pressed: [[value, text], …].
export function picker(label, values, chosen, onpick)
{
	const name = `pick-${++unique}`;
	return h('span', { class: 'picker', role: 'group', 'aria-label': label }, values.map(([value, text]) =>
		h('button', { type: 'button', id: `${name}-${value}`.replace(/[^\w-]/g, '_'), 'aria-pressed': String(value === chosen), onclick: () => onpick(value) }, text)));
}

// A figure that can be drawn in several ways: `make(choice, tools)` gives its figure; the choice outlives a redraw.
const choices = new Map();
export function choosing(name, label, values, make)
{
	const known = values.map(([value]) => value);
	let now = known.includes(choices.get(name)) ? choices.get(name) : known[0];
	const draw = () => make(now, values.length > 1 ? picker(label, values, now, (value) => {
		choices.set(name, value);
		now = value;
		const next = draw();
		box.replaceWith(next);
		box = next;
		const pressed = next.querySelector('.picker [aria-pressed="true"]');
		if (pressed)
			pressed.focus();
	}) : '');
	let box = draw();
	return box;
}

export const section = (name, children) => h('section', { id: 's-' + name, 'aria-labelledby': `h-${name}`, tabindex: -1 },
	h('h2', { id: `h-${name}` }, say('s.' + name)), how(say(`s.${name}.how`)), children);
export const grid = (...children) => h('div', { class: 'figures' }, children);
// As many in a row as there is room for; the last row is filled.
export function flow(...children)
{
	const all = children.flat(Infinity).filter(Boolean);
	// Of four, two by two; and so the last four where one would be left alone.
	const halves = all.length % 3 === 1 ? 4 : 0;
	all.forEach((one, i) => one.classList.toggle('half', halves > 0 && i >= all.length - halves));
	return h('div', { class: 'figures flow' }, all);
}
export const sub = (key, text) => [h('h3', { class: 'sub' }, say(key)), text ? how(text) : ''];

// The sentence that stands where a part would.
export function instead(streams)
{
	const gone = streams.find((stream) => (portrait.absent || []).includes(stream) && say('absent.' + stream) !== 'absent.' + stream);
	return say(gone ? 'absent.' + gone : 'none');
}

export const cell = (v, path, text) => ({ v, path, text });
export const col = (title, kind = {}, hint) => ({ title, kind: typeof kind === 'string' ? { kind } : kind, hint });
export { write };
