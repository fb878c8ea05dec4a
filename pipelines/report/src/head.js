// head - the head of the page, the bar that says what is shown, and the four questions.
import { byDay, missing, number, own, periods, portrait, portraits } from './data.js';
import { h, how } from './dom.js';
import { plot } from './charts.js';
import { change, count, instant, kindOf, LONG, metric, MIDDLE, money, range, show, signed } from './numbers.js';
import { instead } from './frame.js';
import { spark } from './kinds.js';
import { brief, keyName, metricName, say, segmentName } from './words.js';
import { go, periodNames, state } from './state.js';

const SETTLED = 30;
export const period = () => own(periods, state.period);
export const base = () => `periods.${state.period}`;
// The period with which this one is compared.
export const before = (of = period()) => (of ? (state.against === 'last_year' ? of.year_ago : of.before) || {} : {});
export const beforeSpan = (of = period()) => of && (state.against === 'last_year' ? of.last_year : of.previous);

function choice(name, legend, options)
{
	const one = ([value, text]) => h('label', {},
		h('input', { type: 'radio', name, id: `${name}-${value}`, value, checked: state[name] === value, onchange: () => go({ [name]: value }) }),
		h('span', name === 'lang' ? { lang: value === 'zh' ? 'zh-CN' : value } : {}, text));
	return h('fieldset', { class: `switch ${name}` }, h('legend', { class: 'sr' }, legend), options.map(one));
}

export function head()
{
	const now = period();
	const names = periodNames().map((name) => [name, say('period.' + name) === 'period.' + name ? name : say('period.' + name)]);
	const year = now && Object.keys(now.year_ago || {}).length;
	return [
		h('div', { class: 'title' },
			h('p', { class: 'kicker' }, portrait.store ? [h('b', {}, h('bdi', {}, portrait.store)), ' · '] : '', say('title')),
			h('h1', {}, range(now || { from: portrait.day, to: portrait.day }, LONG)),
			h('p', { class: 'facts' },
				beforeSpan(now) ? h('span', {}, say('against', range(beforeSpan(now), MIDDLE))) : '',
				portrait.zone ? h('span', {}, say('zone', portrait.zone)) : '',
				portrait.currency ? h('span', {}, say('currency', portrait.currency)) : '',
				portrait.min_cell ? h('span', {}, say('min_cell', count(portrait.min_cell))) : '',
				portrait.provisional ? h('span', { class: 'badge', title: say('provisional.why') }, say('provisional')) : '',
				now && now.complete === false ? h('span', { class: 'badge' }, say('incomplete')) : '')),
		h('div', { class: 'controls' },
			choice('lang', say('language'), [['en', 'English'], ['zh', '中文']]),
			choice('theme', say('theme'), [['auto', say('theme.auto')], ['light', say('theme.light')], ['dark', say('theme.dark')]])),
		h('div', { class: 'controls period-controls' },
			names.length > 1 ? choice('period', say('period'), names) : '',
			choice('against', say('compare'), [['previous', say('compare.previous')], ...(year || state.against === 'last_year' ? [['last_year', say('compare.last_year')]] : [])])),
	];
}

// ---- what is shown -----------------------------------------------------------------------------------
const SECTIONS = ['traffic', 'conversion', 'amount', 'repurchase', 'who', 'worth', 'segments', 'personas', 'quality'];

function select(side, label)
{
	const segments = (portrait.segments || []).filter(({ name }) => own(portraits, name)).sort((x, y) => segmentName(x.name).localeCompare(segmentName(y.name), state.lang));
	const options = [...(side === 'b' ? [['', say('nothing')]] : []), ['store', say('store')]];
	const option = ([value, text]) => h('option', { value, selected: state[side] === value }, text);
	const people = ({ name }) => own(portraits, name).base && own(portraits, name).base.people;
	return h('label', { class: 'side ' + side }, h('span', {}, label), h('select', { id: `side-${side}`, onchange: (event) => go({ [side]: event.target.value }) },
		options.map(option), segments.map((segment) => option([segment.name, `${brief(segmentName(segment.name), 44)} (${count(people(segment))})`]))));
}

export function showing()
{
	const two = Object.keys(portraits).length > 1;
	return [two ? h('div', { class: 'sides', role: 'group', 'aria-label': say('showing.what') }, select('a', say('showing')), select('b', say('showing.against')),
		state.a !== 'store' || state.b ? h('button', { type: 'button', class: 'tool', id: 'side-reset', onclick: () => go({ a: 'store', b: '' }) }, say('showing.reset')) : '') : '',
	h('nav', { 'aria-label': say('sections') }, SECTIONS.map((name) => h('a', { href: '#s-' + name }, say('nav.' + name))))];
}

// ---- the four questions --------------------------------------------------------------------------------
// The number that answers each, and those around it. `needs`: what it is made of.
const QUESTIONS = [
	{ name: 'traffic', main: 'uv', needs: ['events'], rest: ['pv', 'visits', 'new_uv', 'bounce_rate'] },
	{ name: 'conversion', main: 'conversion', needs: ['events', 'orders'], rest: ['buyers', 'orders', 'cart_conv'] },
	{ name: 'amount', main: 'amount_per_buyer', needs: ['orders'], rest: ['amount', 'amount_net', 'amount_per_order'] },
	{ name: 'repurchase', main: 'repurchase_rate', needs: ['orders'], rest: ['new_buyers', 'old_buyers', 'return_buyers'] },
];

// New and old are told by what came before: near the day on which history begins they cannot be compared.
export function comparable(name)
{
	const stream = { new_uv: 'events', returning_uv: 'events', new_buyers: 'orders', old_buyers: 'orders' }[name];
	const begins = stream && own(portrait.history_begins, stream);
	const span = beforeSpan();
	return !begins || !span || instant(span.from) - instant(begins) >= SETTLED * 86400e3;
}

export const changed = (name) => (comparable(name) ? change(kindOf(name), own((period() || {}).metrics, name), own(before(), name),
	say(state.against === 'last_year' ? 'last_year.was' : 'previous', show(name, own(before(), name)))) : null);

// Where a number's change comes from most: the channel and the country whose part is the largest.
function reason(part)
{
	const changes = state.against === 'previous' && period() && period().changes;
	if (!changes)
		return '';
	// Those that went the way of the whole: the others did not bring it about.
	const way = Math.sign(number(changes.total[part]));
	const largest = (rows) => (rows || []).filter((row) => !missing(row[part]) && Math.abs(number(row[part])) >= 1 && Math.sign(number(row[part])) === way)
		.sort((x, y) => Math.abs(number(y[part])) - Math.abs(number(x[part])))[0];
	const channel = largest(changes.channel), country = largest(changes.country);
	const one = (dimension, row) => h('span', {}, h('bdi', {}, brief(keyName(dimension, row.key), 28)), ' ', h('b', { class: number(row[part]) < 0 ? 'bad' : 'good' }, signed(row[part])));
	if (!channel && !country)
		return '';
	return [say('reason'), ' ', channel ? one('channel', channel) : '', channel && country ? say('comma') : '', country ? one('country', country) : ''];
}

function sentence(name, now)
{
	if (name === 'repurchase')
		return missing(now.old_buyers) || !now.buyers ? '' : say('why.repurchase', count(now.old_buyers), count(now.buyers));
	const found = reason({ traffic: 'uv', conversion: 'conversion', amount: 'amount_per_buyer' }[name]);
	if (found)
		return found;
	if (name === 'traffic' && now.uv > 0 && !missing(now.new_uv))
		return say('why.traffic', count(now.new_uv), count(now.uv));
	if (name === 'conversion' && !missing(now.buyers) && !missing(now.uv))
		return say('why.conversion', count(now.buyers), count(now.uv));
	return name === 'amount' && !missing(now.amount) ? say('why.amount', money(now.amount, 0), count(now.orders)) : '';
}

function sparkline(main)
{
	const rows = portrait.trend || [];
	const trend = portraits.store && portraits.store.trend;
	const rate = byDay(trend, 'repurchase_rate'), perBuyer = byDay(trend, 'amount_per_buyer');
	const values = rows.map((row, i) => {
		if (main === 'conversion')
			return number(row.uv) > 0 && !missing(row.buyers) ? number(row.buyers) / number(row.uv) : null;
		if (main === 'amount_per_buyer')
			return missing(row.amount_per_buyer) ? perBuyer[i] : row.amount_per_buyer;
		return main === 'repurchase_rate' ? rate[i] : row[main];
	});
	return { values, from: rows.findIndex((row) => period() && row.day >= period().from) };
}

function card({ name, main, needs, rest })
{
	const now = (period() && period().metrics) || {};
	const text = show(main, now[main]);
	const { values, from } = sparkline(main);
	const there = values.filter((value) => !missing(value));
	const says = sentence(name, now);
	return h('article', { class: `sheet card ${name}`, 'data-card': name, 'aria-labelledby': 'q-' + name },
		h('h2', { id: 'q-' + name }, say('question.' + name)), how(say(`question.${name}.how`)),
		h('p', { class: text.length > 10 ? 'big long' : 'big' }, metric(main, now[main], `${base()}.metrics.${main}`)),
		h('p', { class: 'was' }, h('span', {}, metricName(main)), changed(main)),
		missing(now[main]) ? h('p', { class: 'absent' }, instead(needs)) : '',
		there.length > 1 && !missing(now[main]) ? plot({ height: 54, option: spark({ values, color: name, from }),
			label: say('trend.label', metricName(main), say('trend'), show(main, Math.min(...there.map(Number))), show(main, Math.max(...there.map(Number))), show(main, values[values.length - 1])) }) : '',
		says ? h('p', { class: 'reason' }, says) : '',
		!rest.some((one) => !missing(now[one])) ? '' : h('dl', {}, rest.filter((one) => !missing(now[one])).map((one) => h('div', {}, h('dt', { title: metricName(one) }, say('card.' + one) === 'card.' + one ? metricName(one) : say('card.' + one)),
			h('dd', {}, ['amount', 'amount_net'].includes(one) ? h('span', { 'data-value': now[one], 'data-path': `${base()}.metrics.${one}` }, money(now[one], 0)) : metric(one, now[one], `${base()}.metrics.${one}`)),
			h('dd', {}, changed(one) || '')))));
}

export const cards = () => h('div', { class: 'cards', id: 's-questions' }, QUESTIONS.map(card));
