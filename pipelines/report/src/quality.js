// quality - how good the data is, and what everything on the page means.
import { absent, has, own, portrait } from './data.js';
import { h } from './dom.js';
import { cell, col, definition, figure, grid, section, table } from './frame.js';
import { count, date, MIDDLE } from './numbers.js';
import { brief, metricName, say, segmentName, tagName, word } from './words.js';

const NAMES = 10;
const stream = (name) => word('stream.' + name) || name;

function streams()
{
	const rows = portrait.quality || [];
	const spec = { name: 'streams', title: say('streams'), size: 'wide', about: say('quality.how') };
	if (!rows.length)
		return figure({ ...spec, empty: say('none') });
	const columns = ['records', 'duplicate', 'rejected', 'late', 'too_late'].filter((name) => has(rows, name));
	const lines = { first: say('stream'), columns: [...columns.map((name) => col(say(name))), col(say('quality.since'), 'text')],
		rows: rows.map((row, i) => ({ head: stream(row.stream), cells: [...columns.map((name) => cell(row[name], `quality.${i}.${name}`)), cell(date((own(portrait.streams, row.stream) || {}).first_day, MIDDLE))] })) };
	return figure({ ...spec, n: say('n.rows', count(rows.length)), body: table(say('quality'), lines), table: () => lines });
}

function blanks()
{
	const rows = (portrait.quality || []).flatMap((row, i) => (row.missing || []).map((one, j) => ({ ...one, stream: row.stream, path: `quality.${i}.missing.${j}` }))).filter((one) => one.records > 0 && one.missing > 0)
		.sort((a, b) => b.missing / b.records - a.missing / a.records);
	const spec = { name: 'missing', title: say('missing.values'), about: say('missing.how') };
	if (!rows.length)
		return figure({ ...spec, empty: say('missing.none') });
	const lines = { first: say('column'), columns: [col(say('missing.share'), 'rate'), col(say('missing.count')), col(say('records'))],
		rows: rows.map((one) => ({ head: `${stream(one.stream)}: ${one.column}`, cells: [cell(one.missing / one.records), cell(one.missing, one.path + '.missing'), cell(one.records, one.path + '.records')] })) };
	return figure({ ...spec, n: say('n.rows', count(rows.length)), body: table(say('missing.values'), lines, 12), table: () => lines });
}

function notes()
{
	const begins = Object.entries(portrait.history_begins || {}).filter(([, day]) => day);
	const gone = [...new Set([...(portrait.absent || []), ...Object.keys(portrait.streams || {}).filter(absent)])];
	const ignored = portrait.ignored || [];
	const list = [portrait.provisional === true ? say('provisional.why') : portrait.provisional === false ? say('final') : '',
		begins.length ? say('history', begins.map(([name, day]) => `${stream(name)} ${date(day, MIDDLE)}`).join(say('comma'))) : '',
		gone.length ? say('missing', gone.map(stream).join(say('comma'))) : say('complete'),
		portrait.min_cell ? say('min_cell.how', count(portrait.min_cell)) : '',
		portrait.identity && portrait.identity.visitors ? say('identity', count(portrait.identity.visitors), count(portrait.identity.customers)) : '',
		ignored.length ? say('ignored', ignored.slice(0, NAMES).map((name) => brief(name)).join(say('comma')) + (ignored.length > NAMES ? ' …' : '')) : ''].filter(Boolean);
	return h('div', { class: 'sheet figure notes' }, h('h3', {}, say('notes')), list.map((text) => h('p', {}, h('bdi', {}, text))));
}

export const quality = () => section('quality', grid(notes(), blanks(), streams()));

// ---- definitions ----------------------------------------------------------------------------------------
const called = (key, kind) => (kind === 'segment' ? segmentName(key) : kind === 'tag' ? tagName(key) : metricName(key));

export function definitions()
{
	const all = Object.entries(portrait.definitions || {});
	if (!all.length)
		return section('definitions', h('p', { class: 'absent' }, say('none')));
	const place = h('div', { class: 'definitions' });
	const found = h('p', { class: 'sr', role: 'status' });
	const fill = () => {
		const text = search.value.trim().toLowerCase();
		const list = all.filter(([key, { rule, kind }]) => !text || [key, called(key, kind), rule].some((word_) => word_.toLowerCase().includes(text)));
		found.textContent = say('found', count(list.length));
		place.replaceChildren(...['metric', 'tag', 'segment'].map((kind) => {
			const mine = list.filter(([, one]) => one.kind === kind);
			return mine.length ? h('details', { open: Boolean(text) && mine.length < 40 }, h('summary', {}, `${say('kind.' + kind)} (${count(mine.length)})`), mine.map(([key]) => definition(key))) : '';
		}).filter(Boolean));
	};
	const search = h('input', { type: 'search', id: 'definition-search', placeholder: say('search'), 'aria-label': say('search.definitions'), oninput: fill });
	fill();
	return section('definitions', [h('div', { class: 'sheet' }, search, found, place)]);
}
