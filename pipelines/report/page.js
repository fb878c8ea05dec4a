// page - draws the portrait from the JSON beside it: whole page anew for each period and language.
// Everything that comes from data becomes a text node; markup is never made from strings.
'use strict';
(() => {
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const portrait = read('portrait');
const words = read('words');
const labels = portrait.labels || {};
const periods = portrait.periods || {};
const NONE = '–';
const MINUS = '\u2212';
const FEW_VISITORS = 30;
const FEW_BUYERS = 10;
const ROWS = 10;
const LONGEST = 60;
const SETTLED = 30;

// What kind of number each metric is; `good` is -1 where less is better, 0 where neither is.
const METRICS = {
	uv: {}, pv: {}, visits: {}, new_uv: {}, returning_uv: {}, return_uv_7d: {},
	depth: { kind: 'ratio' }, bounce_rate: { kind: 'rate', digits: 1, good: -1 }, stay_seconds: { kind: 'time' },
	conversion: { kind: 'rate', digits: 2 }, buyers: {}, orders: {},
	unidentified_orders: { good: 0 }, unidentified_amount: { kind: 'money', good: 0 },
	amount: { kind: 'money' }, amount_net: { kind: 'money' },
	amount_per_buyer: { kind: 'money' }, amount_per_order: { kind: 'money' },
	repurchase_rate: { kind: 'rate', digits: 1 }, new_buyers: {}, old_buyers: {}, return_buyers: {},
	buyers_365: {}, customers: {}, cycle: { kind: 'days', good: 0 },
};
// Written without cents where room is short; `All numbers` has them.
const AMOUNTS = ['amount', 'amount_net'];
// The four questions: the number that answers each, and those around it. `needs`: what it is made of.
const QUESTIONS = [
	{ name: 'traffic', main: 'uv', needs: ['events'],
		rest: ['pv', 'visits', 'depth', 'bounce_rate', 'new_uv', 'return_uv_7d'] },
	{ name: 'conversion', main: 'conversion', needs: ['events', 'orders'],
		rest: ['buyers', 'orders'] },
	{ name: 'amount', main: 'amount_per_buyer', needs: ['orders'],
		rest: ['amount_per_order', 'amount', 'amount_net'] },
	{ name: 'repurchase', main: 'repurchase_rate', needs: ['orders'],
		rest: ['new_buyers', 'old_buyers', 'return_buyers'] },
];
const HUES = { uv: 'traffic', visits: 'traffic', pv: 'traffic', conversion: 'conversion', buyers: 'conversion',
	orders: 'conversion', amount: 'amount', amount_per_buyer: 'amount', customers: 'repurchase' };
// Rows that have an order of their own; others come by size.
const ORDERS = {
	visitor: ['new', 'returning'],
	gender: ['f', 'm', 'other'],
	age_band: ['25-', '26-35', '36-45', '46+'],
	rfm: ['CHAMPIONS', 'LOYAL', 'ACTIVE', 'NEW', 'PROMISING', 'NEEDS_ATTENTION', 'PREVIOUSLY_LOYAL', 'AT_RISK',
		'ALMOST_LOST', 'DORMANT', 'LAPSED', 'PROSPECTS'],
	lifecycle: ['diehard', 'ordinary', 'new', 'dormant', 'lost', 'prospect'],
	customer_type: ['repeat', 'one_time', 'new', 'prospect'],
	rfm_cn: ['重要价值', '重要保持', '重要发展', '重要挽留', '一般价值', '一般保持', '一般发展', '一般挽留', 'LAPSED'],
};
const CUTS = ['visitor', 'channel', 'source', 'campaign', 'platform', 'country', 'region', 'language', 'gender', 'age_band'];

// ---- state: in the address, so that a view can be kept and sent --------------------------------
const state = { lang: 'en', period: 'day' };

function readState()
{
	const hash = new URLSearchParams(location.hash.slice(1));
	const lang = hash.get('lang') || (/^zh/i.test(navigator.language || '') ? 'zh' : 'en');
	const period = hash.get('period') || 'day';
	state.lang = lang === 'zh' ? 'zh' : 'en';
	state.period = Object.hasOwn(periods, period) ? period : Object.keys(periods)[0];
}

function go(change)
{
	Object.assign(state, change);
	history.replaceState(null, '', '#' + new URLSearchParams({ lang: state.lang, period: state.period }));
	draw();
}

// ---- words ---------------------------------------------------------------------------------------
const own = (object, key) => (object && Object.hasOwn(object, key) ? object[key] : undefined);

const inLanguage = (found) => (found ? found[state.lang] || found.en : undefined);
// What the page says itself; what the portrait names: by its own labels first.
const word = (key) => inLanguage(own(words, key));
const named = (key) => inLanguage(own(labels, key)) || word(key);

function say(key, ...values)
{
	let text = word(key);
	if (text === undefined)
		return key;
	// Only the template is searched for places, never a value put into one.
	return text.replace(/\{(\d?)\}/g, (_, place) => values[Number(place)]);
}

// A time is written in minutes, whatever the portrait calls it.
const metricName = (metric) => (own(METRICS, metric)?.kind === 'time' ? word(metric) : named(metric)) || metric;
const shortName = (metric, place = 'short') => word(`${place}.${metric}`) || metricName(metric);

// Hostile or broken logs hold names of any length.
function brief(name)
{
	const text = [...String(name).slice(0, 400)];
	return text.length > LONGEST ? text.slice(0, LONGEST - 1).join('') + '…' : text.join('');
}

// What was gathered: values beyond the ones that are told apart.
const isRest = (key) => key === 'Other' || key === '(other)';
// A cut by several dimensions is called after them.
const cutName = (cut) => word('cut.' + cut) || named(cut) || (cut.includes(',') ? cut.split(',').map(cutName).join(' × ') : cut);

function keyName(cut, key)
{
	if (Array.isArray(key)) // a cut by several dimensions
		return [...new Set(key.map((part, i) => keyName(cut.split(',')[i], part)))].join(' · ');
	if (missing(key))
		return word(cut + '.null') || say('unknown');
	const known = named(`${cut}.${key}`) || (key === 'unattributed' ? word('unattributed') : undefined);
	if (known)
		return known;
	if (isRest(key))
		return say('rest');
	if ((cut === 'country') && /^[A-Z]{2}$/.test(key)) {
		try {
			return new Intl.DisplayNames([locale()], { type: 'region' }).of(key);
		} catch {
			return key;
		}
	}
	return brief(key);
}

// ---- numbers -------------------------------------------------------------------------------------
const locale = () => (state.lang === 'zh' ? 'zh-CN' : 'en-GB');
const missing = (value) => value === null || value === undefined || value === '' || Number.isNaN(value);
const group = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ',');
const number = (value) => (missing(value) ? NaN : Number(value));

// A decimal's text rounded half to even at `digits`, exactly: no double is involved. null: not a decimal.
function round(value, digits)
{
	const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
	if (!parts)
		return null;
	const fraction = (parts[3] || '').padEnd(digits, '0');
	let scaled = BigInt(parts[2] + fraction.slice(0, digits));
	const rest = fraction.slice(digits).replace(/0+$/, '');
	if (rest > '5' || (rest === '5' && scaled % 2n === 1n))
		scaled += 1n;
	const text = String(scaled).padStart(digits + 1, '0');
	const whole = text.slice(0, text.length - digits);
	return { minus: parts[1] && scaled ? MINUS : '', text: group(whole) + (digits ? '.' + text.slice(-digits) : '') };
}

function fixed(value, digits)
{
	if (missing(value))
		return NONE;
	const rounded = round(value, digits) || round(Number(value).toFixed(digits), digits);
	return rounded ? rounded.minus + rounded.text : String(value);
}

// The sum of decimals' texts, exactly; undefined where one of them is no decimal.
function total(values)
{
	const digits = Math.max(0, ...values.map((value) => (String(value).split('.')[1] || '').length));
	let sum = 0n;
	for (const value of values) {
		const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
		if (!parts)
			return undefined;
		sum += BigInt(parts[1] + parts[2] + (parts[3] || '').padEnd(digits, '0'));
	}
	const text = String(sum < 0n ? -sum : sum).padStart(digits + 1, '0');
	const whole = text.slice(0, text.length - digits);
	return (sum < 0n ? '-' : '') + whole + (digits ? '.' + text.slice(-digits) : '');
}

const count = (value) => fixed(value, 0);
const percent = (value, digits = 1) => (missing(value) ? NONE : fixed((Number(value) * 100).toFixed(digits), digits) + '%');

// The currency's sign (before the digits in both languages) and its number of decimals.
function currency()
{
	try {
		const format = new Intl.NumberFormat(state.lang === 'zh' ? 'zh-CN' : 'en-US', 
			{ style: 'currency', currency: portrait.currency, currencyDisplay: 'narrowSymbol' });
		const sign = format.formatToParts(0).find((part) => part.type === 'currency').value;
		return { sign: /\w$/.test(sign) ? sign + '\u00a0' : sign, digits: format.resolvedOptions().maximumFractionDigits };
	} catch {
		return { sign: portrait.currency ? portrait.currency + '\u00a0' : '', digits: 2 };
	}
}

function money(value, digits)
{
	if (missing(value))
		return NONE;
	const { sign, digits: usual } = currency();
	const rounded = round(value, digits === undefined ? usual : digits);
	return rounded ? rounded.minus + sign + rounded.text : String(value);
}

function duration(seconds)
{
	if (missing(seconds))
		return NONE;
	const whole = Math.round(Number(seconds));
	const minutes = Math.floor(whole / 60);
	const rest = whole % 60;
	if (state.lang === 'zh')
		return minutes ? `${group(String(minutes))} 分 ${rest} 秒` : `${rest} 秒`;
	return minutes ? `${group(String(minutes))} min ${rest} s` : `${rest} s`;
}

function show(metric, value)
{
	const { kind = 'count', digits = 2 } = own(METRICS, metric) || {};
	if (kind === 'money')
		return money(value);
	if (kind === 'rate')
		return percent(value, digits);
	if (kind === 'time')
		return duration(value);
	if (kind === 'days')
		return missing(value) ? NONE : say('days', count(value));
	return kind === 'ratio' ? fixed(value, digits) : count(value);
}

function compact(value, kind)
{
	if (kind === 'rate')
		return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 2 }).format(value);
	const text = new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1 }).format(value);
	return kind === 'money' ? currency().sign + text : text;
}

// ---- days ----------------------------------------------------------------------------------------
const instant = (day) => new Date(day + 'T00:00:00Z');

function date(day, options)
{
	if (!/^\d{4}-\d\d-\d\d$/.test(day || ''))
		return NONE;
	return new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options }).format(instant(day));
}

const LONG = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
const MIDDLE = { day: 'numeric', month: 'short', year: 'numeric' };
const SHORT = { day: 'numeric', month: 'short' };

function range(period, options)
{
	if (!period)
		return NONE;
	if (period.from === period.to)
		return date(period.to, options);
	if (state.lang === 'zh') {
		const same = (n) => period.from.slice(0, n) === period.to.slice(0, n);
		const rest = same(7) ? { day: 'numeric' } : same(4) ? { month: 'long', day: 'numeric' } : options;
		return `${date(period.from, { ...options, weekday: undefined })} – ${date(period.to, { ...rest, weekday: undefined })}`;
	}
	return new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options, weekday: undefined })
		.formatRange(instant(period.from), instant(period.to));
}

// ---- elements ------------------------------------------------------------------------------------
function add(element, children)
{
	for (const child of children.flat(Infinity))
		if (child !== null && child !== undefined && child !== false)
			element.append(child);
	return element;
}

function set(element, attributes)
{
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name.startsWith('on'))
			element.addEventListener(name.slice(2), value);
		else if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	}
	return element;
}

const h = (tag, attributes, ...children) => add(set(document.createElement(tag), attributes), children);
const s = (tag, attributes, ...children) =>
	add(set(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes), children);
const how = (text) => h('p', { class: 'how' }, text);

function bar(part)
{
	const fill = h('i');
	fill.style.width = `${Math.max(0, Math.min(1, part || 0)) * 100}%`;
	return h('span', { class: 'bar', 'aria-hidden': 'true' }, fill);
}

// How a number changed: counts and money in per cent of before, rates in points.
function change(metric, now, before)
{
	const a = number(now), b = number(before);
	const { kind = 'count', good = 1 } = own(METRICS, metric) || {};
	if (Number.isNaN(a) || Number.isNaN(b) || (kind !== 'rate' && b === 0))
		return h('span', { class: 'change' });
	const points = kind === 'rate';
	const moved = points ? (a - b) * 100 : ((a - b) / Math.abs(b)) * 100;
	const size = Math.abs(moved).toFixed(points && own(METRICS, metric).digits === 2 ? 2 : 1);
	const title = say('previous', show(metric, before));
	if (Number(size) === 0)
		return h('span', { class: 'change', title }, '=', h('span', { class: 'sr' }, ' ' + say('unchanged')));
	const text = points ? say('points', size) : `${group(size.split('.')[0])}.${size.split('.')[1]}%`;
	const tone = good === 0 ? '' : (moved > 0) === (good > 0) ? ' good' : ' bad';
	return h('span', { class: 'change' + tone, title },
		h('i', { 'aria-hidden': 'true' }, moved > 0 ? '▲' : '▼'),
		h('span', { class: 'sr' }, say(moved > 0 ? 'up' : 'down') + ' '), text);
}

// New and old are told by what came before: near the day on which history begins they cannot be compared.
function comparable(metric, period)
{
	const stream = { new_uv: 'events', returning_uv: 'events', new_buyers: 'orders', old_buyers: 'orders' }[metric];
	const begins = stream && own(portrait.history_begins, stream);
	return !begins || !period.previous || instant(period.previous.from) - instant(begins) >= SETTLED * 86400e3;
}

const changed = (metric, period) =>
	(comparable(metric, period) ? change(metric, (period.metrics || {})[metric], (period.before || {})[metric])
		: h('span', { class: 'change' }));

// ---- what is there -------------------------------------------------------------------------------
function absent(stream)
{
	const known = own(portrait.streams, stream);
	return (portrait.absent || []).includes(stream) || (known ? known.present === false : false);
}

// The sentence that stands where a part would.
function instead(streams)
{
	const gone = streams.find((stream) => absent(stream) && word('absent.' + stream));
	return say(gone ? 'absent.' + gone : 'none');
}

const has = (rows, column) => rows.some((row) => !missing(row[column]));

// ---- head ----------------------------------------------------------------------------------------
function choice(name, legend, options)
{
	const one = ([value, text]) => h('label', {},
		h('input', { type: 'radio', name, id: `${name}-${value}`, value, checked: state[name] === value,
			onchange: () => go({ [name]: value }) }),
		h('span', name === 'lang' ? { lang: value } : {}, text));
	return h('fieldset', { class: 'switch' }, h('legend', { class: 'sr' }, legend), options.map(one));
}

function head(period)
{
	const names = Object.keys(periods).map((name) => [name, word('period.' + name) || name]);
	return h('header', { class: 'head' },
		h('div', {},
			h('p', { class: 'kicker' }, portrait.store ? [h('b', {}, h('bdi', {}, portrait.store)), ' · '] : '', say('title')),
			h('h1', {}, range(period, LONG)),
			h('p', { class: 'facts' },
				period && period.previous ? h('span', {}, say('against', range(period.previous, MIDDLE))) : '',
				portrait.zone ? h('span', {}, say('zone', portrait.zone)) : '',
				portrait.currency ? h('span', {}, say('currency', portrait.currency)) : '',
				portrait.provisional ? h('span', { class: 'badge', title: say('provisional.why') }, say('provisional')) : '',
				period && period.complete === false ? h('span', { class: 'badge' }, say('incomplete')) : '')),
		h('div', { class: 'controls' },
			names.length > 1 ? choice('period', say('period'), names) : '',
			choice('lang', say('language'), [['en', 'English'], ['zh', '中文']])));
}

// ---- the four questions ----------------------------------------------------------------------------
function card(question, period)
{
	const now = (period && period.metrics) || {};
	const before = (period && period.before) || {};
	const people = portrait.people || {};
	const value = (metric) => (missing(now[metric]) ? people[metric] : now[metric]);
	const { name, main, rest } = question;
	const shown = rest.filter((metric) => !missing(value(metric)));
	const title = [h('h2', {}, say('question.' + name)), how(say(`question.${name}.how`))];
	const box = h('article', { class: `sheet card ${name}` }, title);
	const text = show(main, value(main));
	add(box, [h('p', { class: text.length > 10 ? 'big long' : 'big' }, text),
		h('p', { class: 'was' }, h('span', {}, metricName(main)), change(main, now[main], before[main]))]);
	if (missing(value(main)))
		add(box, [h('p', { class: 'absent' }, instead(question.needs))]);
	if (shown.length)
		add(box, [h('dl', {}, shown.map((metric) => h('div', {},
			h('dt', { title: metricName(metric) }, shortName(metric, 'card')),
			h('dd', {}, AMOUNTS.includes(metric) ? money(value(metric), 0) : show(metric, value(metric))),
			h('dd', {}, period ? changed(metric, period) : ''))))]);
	return box;
}

// What each factor's change is worth: L·ln(x1/x0), L the logarithmic mean of both amounts; the parts add up.
function explain(now, before)
{
	const factors = ['uv', 'conversion', 'amount_per_buyer'];
	const whole = (m) => number(m.amount) - (number(m.unidentified_amount) || 0);
	const a1 = whole(now), a0 = whole(before);
	if (!factors.every((f) => number(now[f]) > 0 && number(before[f]) > 0) || !(a1 > 0) || !(a0 > 0))
		return null;
	const mean = Math.abs(a1 - a0) < 1e-9 * a1 ? a1 : (a1 - a0) / Math.log(a1 / a0);
	const parts = factors.map((f) => ({ metric: f, worth: mean * Math.log(number(now[f]) / number(before[f])) }));
	// Ratios come rounded: what they leave over goes to the largest part, so that the sum is the change.
	const over = a1 - a0 - parts.reduce((sum, part) => sum + part.worth, 0);
	parts.reduce((x, y) => (Math.abs(y.worth) > Math.abs(x.worth) ? y : x)).worth += over;
	const nobody = (number(now.unidentified_amount) || 0) - (number(before.unidentified_amount) || 0);
	if (nobody)
		parts.push({ metric: 'unidentified_amount', worth: nobody });
	return parts;
}

// Whole numbers that add up to the rounded sum: what rounding leaves over goes where it cut most.
function roundTogether(values)
{
	const down = values.map(Math.floor);
	let left = Math.round(values.reduce((x, y) => x + y, 0)) - down.reduce((x, y) => x + y, 0);
	const order = values.map((value, i) => [value - down[i], i]).sort((x, y) => y[0] - x[0] || x[1] - y[1]);
	for (const [, i] of order)
		if (left-- > 0)
			down[i] += 1;
	return down;
}

const signed = (value) => (value > 0 ? '+' : '') + money(String(value), 0);

function why(period)
{
	const now = (period && period.metrics) || {}, before = (period && period.before) || {};
	if (missing(now.amount))
		return null;
	const left = h('div', {}, h('h2', {}, say('why')),
		h('p', { class: 'big' }, money(now.amount)),
		h('p', { class: 'was' }, h('span', {}, metricName('amount')), change('amount', now.amount, before.amount)),
		number(now.unidentified_orders) > 0 ? h('p', { class: 'how' },
			say('why.of_it', money(now.unidentified_amount), count(now.unidentified_orders))) : '');
	const parts = explain(now, before);
	const box = h('div', { class: 'sheet why amount' }, left);
	if (!parts)
		return add(box, [h('p', { class: 'note' }, say('why.not'))]);
	const worths = roundTogether(parts.map((part) => part.worth));
	const below = Math.max(...worths.map((worth) => -worth), 0), above = Math.max(...worths, 0);
	const percentOf = (value) => `${(value / (below + above || 1)) * 100}%`;
	const step = ({ metric }, i) => {
		const fill = h('i'), zero = h('b');
		fill.style.width = percentOf(Math.abs(worths[i]));
		fill.style.left = percentOf(below + Math.min(worths[i], 0));
		zero.style.left = percentOf(below);
		const text = (value) => (nobody ? money(value, 0) : show(metric, value));
		const nobody = metric === 'unidentified_amount';
		return h('div', { class: 'step ' + (nobody ? '' : own(HUES, metric)) },
			h('span', {}, nobody ? say('why.nobody') : metricName(metric)),
			h('span', { class: 'to' }, `${text(before[metric])} → ${text(now[metric])}`),
			h('span', { class: 'scale', 'aria-hidden': 'true' }, fill, zero),
			h('span', { class: 'worth' }, signed(worths[i])));
	};
	return add(box, [h('div', { class: 'steps' }, parts.map(step), how(say('why.how')))]);
}

// Every metric of the period, with the one before.
function numbers(period)
{
	const now = (period && period.metrics) || {}, before = (period && period.before) || {};
	const there = Object.keys(METRICS).filter((metric) => !missing(now[metric]));
	if (!there.length)
		return null;
	const bots = period.bots && !missing(period.bots.visits) ? period.bots : null;
	const table = h('table', {},
		h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, h('span', { class: 'sr' }, say('numbers'))),
			h('th', { scope: 'col' }, range(period, MIDDLE)), h('th', { scope: 'col' }, range(period.previous, MIDDLE)),
			h('th', { scope: 'col' }, say('change')))),
		h('tbody', {}, there.map((metric) => h('tr', {}, h('th', { scope: 'row' }, metricName(metric)),
			h('td', {}, show(metric, now[metric])), h('td', {}, show(metric, before[metric])),
			h('td', {}, changed(metric, period))))));
	return h('details', {}, h('summary', {}, say('numbers')), h('div', { class: 'sheet' }, scroll(say('numbers'), table),
		bots ? h('p', { class: 'note' }, say('bots.' + (portrait.bots === 'include' ? 'include' : 'exclude'), count(bots.uv), count(bots.visits), count(bots.pv)),
			' ', say('bots.all', count(bots.all.uv), count(bots.all.visits), count(bots.all.pv)))
			: period.bots ? h('p', { class: 'note' }, say('bots.unknown')) : ''));
}

// ---- charts: this part is what a charting library would replace ------------------------------------
const charts = { drawn: [] };

// Round steps up to at least `top`.
charts.ticks = (top) => {
	const rough = (top || 1) / 3, size = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 2.5, 5, 10].find((n) => n * size >= rough * 0.999) * size;
	const ticks = [0];
	while (ticks[ticks.length - 1] < top * 0.999)
		ticks.push(step * ticks.length);
	return ticks.length > 1 ? ticks : [0, step];
};

// chart: {name, kind, days, values (NaN: missing), from, to (indices chosen), open (the last is provisional)}.
charts.line = (plot, chart) => {
	const W = Math.max(plot.clientWidth, 200), H = plot.clientHeight || 150, L = 46, R = 8, T = 8, B = 20;
	const { days, values } = chart, n = days.length;
	const ticks = charts.ticks(Math.max(...values.filter((v) => !Number.isNaN(v)), 0)), top = ticks[ticks.length - 1];
	const step = (W - L - R) / Math.max(n - 1, 1);
	const x = (i) => L + i * step, y = (v) => T + (1 - v / top) * (H - T - B);
	const svg = s('svg', { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': chart.label });
	if (chart.from <= chart.to) {
		const left = Math.max(x(chart.from) - step / 2, L), right = Math.min(x(chart.to) + step / 2, W - R);
		svg.append(s('rect', { class: 'chosen', x: left, y: T, width: right - left, height: H - T - B }));
	}
	for (const tick of ticks)
		svg.append(s('line', { class: tick ? 'grid' : 'grid zero', x1: L, x2: W - R, y1: y(tick), y2: y(tick) }),
			s('text', { x: L - 8, y: y(tick) + 4, 'text-anchor': 'end' }, compact(tick, chart.kind)));
	for (const i of new Set([0, Math.floor((n - 1) / 2), n - 1]))
		svg.append(s('text', { x: i === n - 1 ? W - R : i ? x(i) : L, y: H - 4,
			'text-anchor': i === n - 1 ? 'end' : i ? 'middle' : 'start' }, date(days[i], SHORT)));
	// Runs of days without a gap.
	const runs = [];
	values.forEach((v, i) => {
		if (Number.isNaN(v))
			return;
		if (i === 0 || Number.isNaN(values[i - 1]))
			runs.push([]);
		runs[runs.length - 1].push(i);
	});
	for (const run of runs) {
		const points = run.map((i) => `${x(i).toFixed(1)},${y(values[i]).toFixed(1)}`).join(' ');
		const base = y(0).toFixed(1), first = x(run[0]).toFixed(1), last = x(run[run.length - 1]).toFixed(1);
		svg.append(s('polygon', { class: 'area', points: `${first},${base} ${points} ${last},${base}` }),
			s('polyline', { class: 'line', points }));
	}
	const guide = s('line', { class: 'guide', y1: T, y2: H - B, visibility: 'hidden' });
	const dot = s('circle', { r: 4, class: 'dot' });
	svg.append(guide, dot);
	const lastKnown = values.reduce((last, v, i) => (Number.isNaN(v) ? last : i), -1);
	const point = (i, guided) => {
		const known = i >= 0 && !Number.isNaN(values[i]);
		set(dot, { visibility: known ? 'visible' : 'hidden', class: chart.open && i === n - 1 ? 'dot open' : 'dot',
			cx: known ? x(i) : 0, cy: known ? y(values[i]) : 0 });
		set(guide, { visibility: guided ? 'visible' : 'hidden', x1: x(i), x2: x(i) });
		chart.read(i);
	};
	svg.addEventListener('pointermove', (event) => {
		const box = svg.getBoundingClientRect();
		const at = Math.round((((event.clientX - box.left) / box.width) * W - L) / step);
		point(Math.max(0, Math.min(n - 1, at)), true);
	});
	svg.addEventListener('pointerleave', () => point(lastKnown, false));
	plot.replaceChildren(svg);
	point(lastKnown, false);
};

charts.redraw = () => {
	charts.drawn = charts.drawn.filter(([plot]) => plot.isConnected);
	for (const [plot, chart] of charts.drawn)
		charts.line(plot, chart);
};

function figure(metric, rows, values, period)
{
	const { kind = 'count' } = own(METRICS, metric) || {};
	const days = rows.map((row) => row.day);
	const known = values.filter((v) => !Number.isNaN(v));
	const text = (i) => (kind === 'money' && rows[i] && !missing(rows[i][metric])
		? money(rows[i][metric]) : Number.isNaN(values[i]) ? NONE : show(metric, values[i]));
	const readout = h('span', { class: 'read' });
	const plot = h('div', { class: 'plot' });
	const chosen = days.map((day, i) => [day, i]).filter(([day]) => period && day >= period.from && day <= period.to);
	const at = (value) => text(values.indexOf(value));
	charts.drawn.push([plot, {
		kind, days, values, open: portrait.provisional === true,
		from: chosen.length ? chosen[0][1] : 1, to: chosen.length ? chosen[chosen.length - 1][1] : 0,
		label: say('trend.label', metricName(metric), say('trend'), at(Math.min(...known)), at(Math.max(...known)),
			text(days.length - 1)),
		read: (i) => readout.replaceChildren(...(i < 0 ? [] : [date(days[i], SHORT) + '  ', h('strong', {}, text(i))])),
	}]);
	return h('figure', { class: `sheet chart ${own(HUES, metric)}` },
		h('figcaption', {}, h('b', {}, metricName(metric)), readout), plot);
}

function trend(period)
{
	const rows = portrait.trend || [];
	const section = h('section', {}, h('h2', {}, say('trend')));
	const columns = ['uv', 'pv', 'visits', 'buyers', 'orders', 'amount'].filter((column) => has(rows, column));
	if (!columns.length)
		return add(section, [h('p', { class: 'absent' }, instead(['events', 'orders']))]);
	const series = {};
	for (const column of columns)
		series[column] = rows.map((row) => number(row[column]));
	if (columns.includes('uv') && columns.includes('buyers'))
		series.conversion = rows.map((row) => (number(row.uv) > 0 ? number(row.buyers) / number(row.uv) : NaN));
	const drawn = ['uv', 'visits', 'conversion', 'buyers', 'orders', 'amount'].filter((metric) => series[metric]);
	const gone = ['events', 'orders'].filter((stream) => absent(stream)).map((stream) => say('absent.' + stream));
	const table = h('table', {},
		h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, say('day')), columns.map((c) => h('th', { scope: 'col' }, metricName(c))))),
		h('tbody', {}, rows.slice().reverse().map((row) => h('tr', {},
			h('th', { scope: 'row' }, date(row.day, { ...MIDDLE, weekday: 'short' })),
			columns.map((c) => h('td', {}, show(c, row[c])))))));
	return add(section, [how(say('trend.how')), gone.map(how),
		h('div', { class: 'charts' }, drawn.map((metric) => figure(metric, rows, series[metric], period))),
		h('details', {}, h('summary', {}, say('trend.table')), h('div', { class: 'sheet' }, scroll(say('trend'), table)))]);
}

// ---- tables --------------------------------------------------------------------------------------
const scroll = (label, table) => h('div', { class: 'scroll', role: 'region', 'aria-label': label, tabindex: 0 }, table);

// Rows in their own order, else by size; then what was gathered as Other, then unknown.
function sorted(cut, rows, by)
{
	const own_order = own(ORDERS, cut) || [];
	const rank = (key) => {
		if (missing(key))
			return 1e6;
		if (isRest(key) || String(key).startsWith('unattributed'))
			return 1e5;
		const at = own_order.indexOf(key);
		return at < 0 ? own_order.length : at;
	};
	return rows.slice().sort((a, b) => rank(a.key) - rank(b.key) || (number(b[by]) || 0) - (number(a[by]) || 0));
}

function rowHead(cut, row, part, notes)
{
	const home = cut === 'country' && portrait.home && row.key === portrait.home ? ` (${say('domestic.domestic')})` : '';
	const note = notes ? word(`${cut}.${missing(row.key) ? 'null' : row.key}.note`) : undefined;
	return h('th', { scope: 'row', role: 'rowheader', class: missing(row.key) ? 'null' : null },
		h('bdi', {}, keyName(cut, row.key)), home, note ? h('small', {}, note) : '', bar(part));
}

// A block of one cut: rows, each with its part of options.total, which is a row of its own.
function block(cut, options)
{
	const { rows, columns, title, about, hue, notes } = options;
	const by = columns[0];
	const list = sorted(cut, rows, by);
	const foot = options.total;
	const whole = number(foot[by]);
	const wholes = { [by]: whole };
	if (options.partition && number(foot.amount) > 0)
		wholes.amount = number(foot.amount);
	const largest = Math.max(...list.map((row) => number(row[by]) || 0), 0);
	const most = {};
	const few = (row, column) => (column === 'conversion' ? number(row.uv) < FEW_VISITORS
		: column === 'amount_per_buyer' ? number(row.buyers) < FEW_BUYERS : false);
	const barred = (column) => column !== by && ['conversion', 'amount_per_buyer'].includes(column);
	for (const column of columns.filter(barred))
		most[column] = Math.max(...list.filter((row) => !few(row, column)).map((row) => number(row[column]) || 0), 0);
	const cell = (row, column, last) => {
		const value = row[column];
		const text = own(METRICS, column).kind === 'money' ? money(value, column === 'amount' ? 0 : undefined) : show(column, value);
		const share = wholes[column] ? h('span', { class: 'share' },
			missing(value) ? '' : percent(number(value) / wholes[column])) : '';
		const line = !last && barred(column) && !missing(value) ? bar(number(value) / most[column]) : '';
		return h('td', { role: 'cell', class: `${barred(column) ? own(HUES, column) : ''}${!last && few(row, column) ? ' few' : ''}` }, text, ' ', share, line);
	};
	// Roles are said aloud because narrow screens lay rows out as grids, which would lose them.
	const body = h('tbody', { role: 'rowgroup' });
	const fill = (limit) => body.replaceChildren(...list.slice(0, limit).map((row) => h('tr', { role: 'row' },
		rowHead(cut, row, largest ? (number(row[by]) || 0) / largest : 0, notes), columns.map((column) => cell(row, column)))));
	fill(ROWS + 2 >= list.length ? list.length : ROWS);
	const heading = (attributes, text) => h('th', { scope: 'col', role: 'columnheader', ...attributes }, text);
	const table = h('table', { role: 'table', class: `${hue} of${columns.length}` },
		h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heading({}, h('span', { class: 'sr' }, title)),
			columns.map((column) => heading({ title: metricName(column) }, shortName(column))))),
		body,
		h('tfoot', { role: 'rowgroup' }, h('tr', { role: 'row' },
			h('th', { scope: 'row', role: 'rowheader' }, say('total')), columns.map((column) => cell(foot, column, true)))));
	let open = false;
	const more = list.length > ROWS + 2 ? h('button', { class: 'more', type: 'button', 'aria-expanded': 'false', onclick: () => {
		open = !open;
		fill(open ? list.length : ROWS);
		set(more, { 'aria-expanded': String(open) });
		more.textContent = open ? say('fewer') : say('all', list.length);
	} }, say('all', list.length)) : '';
	const blank = list.filter((row) => missing(row.key)).reduce((so_far, row) => so_far + (number(row[by]) || 0), 0);
	const n = say('cut.n', count(whole), metricName(by).toLowerCase()) +
		(blank && !word(cut + '.null') ? say('comma') + say('cut.unknown', count(blank)) : '');
	return h('div', { class: 'sheet block' },
		h('header', {}, h('h3', {}, title), h('span', { class: 'note' }, n)), about ? how(about) : '',
		list.length ? scroll(title, table) : h('p', { class: 'absent' }, say('none')), more);
}

function cuts(period)
{
	const all = (period && period.cuts) || {};
	const whole = (period && period.metrics) || {};
	const names = CUTS.concat(Object.keys(all).filter((cut) => !CUTS.includes(cut)));
	const there = names.filter((cut) => Array.isArray(all[cut]) && all[cut].length);
	const blocks = there.map((cut) => {
		const rows = all[cut];
		const columns = (has(rows, 'uv') ? ['uv', 'visits', 'pv', 'conversion', 'buyers', 'amount', 'amount_per_buyer']
			: ['buyers', 'orders', 'amount', 'amount_per_buyer'])
			.filter((column) => has(rows, column))
			.filter((column, i, there) => !['visits', 'pv'].includes(column) || !there.includes('buyers'));
		return block(cut, { rows, columns, total: whole, title: cutName(cut), hue: own(HUES, columns[0]) });
	});
	const personal = !there.includes('gender') && !there.includes('age_band');
	const gone = ['events', 'orders', 'customers'].filter((stream) => absent(stream) && (stream !== 'customers' || personal));
	const section = h('section', {}, h('h2', {}, say('cuts')), blocks.length ? how(say('cuts.how')) : '');
	return add(section, [gone.map((stream) => h('p', { class: 'how absent' }, say('absent.' + stream))),
		blocks.length ? h('div', { class: 'tables' }, blocks) : gone.length ? '' : h('p', { class: 'absent' }, say('none'))]);
}

// ---- the customers -------------------------------------------------------------------------------
function people()
{
	const known = portrait.people || {};
	const section = h('section', {}, h('h2', {}, say('people')));
	const stats = ['customers', 'buyers_365', 'repurchase_rate', 'cycle'].filter((metric) => !missing(known[metric]));
	const lists = ['rfm', 'rfm_cn', 'lifecycle', 'customer_type', 'gender', 'age_band'].filter((cut) => Array.isArray(known[cut]) && known[cut].length);
	if (!stats.length && !lists.length)
		return add(section, [h('p', { class: 'absent' }, instead(['orders', 'customers']))]);
	const blocks = lists.map((cut) => {
		const told = word(cut + '.how');
		const rows = known[cut];
		const columns = ['customers', 'amount'].filter((column) => has(rows, column));
		// These groups have nobody in common: they add up.
		const sums = Object.fromEntries(columns.map((column) => [column, total(rows.map((row) => row[column]))]));
		return block(cut, { rows, columns, total: sums, partition: true, title: say(told ? cut : 'people.' + cut), about: told || '',
			hue: 'repurchase', notes: Boolean(told) });
	});
	return add(section, [how(say('people.how', date(portrait.day, MIDDLE))),
		h('dl', { class: 'stats' }, stats.map((metric) => h('div', {}, h('dt', {}, metricName(metric)), h('dd', {}, show(metric, known[metric]))))),
		h('div', { class: 'tables' }, blocks)]);
}

function segments()
{
	const rows = portrait.segments || [];
	const section = h('section', {}, h('h2', {}, say('segments')));
	if (!rows.length)
		return add(section, [h('p', { class: 'absent' }, say('segments.none'))]);
	const whole = number((portrait.people || {}).customers);
	const list = rows.slice().sort((a, b) => (number(b.customers) || 0) - (number(a.customers) || 0));
	return add(section, [how(say('segments.how')), h('div', { class: 'sheet list' },
		h('ol', { class: 'segments' }, list.map((row) => h('li', {},
			h('span', {}, h('bdi', {}, row[state.lang] || row.en || row.name), bar(whole > 0 ? number(row.customers) / whole : 0)),
			h('span', {}, count(row.customers)),
			h('span', { class: 'share' }, whole > 0 && !missing(row.customers) ? percent(number(row.customers) / whole) : ''),
			change('customers', row.customers, row.before)))))]);
}

// ---- data quality --------------------------------------------------------------------------------
function quality()
{
	const rows = portrait.quality || [];
	const columns = ['records', 'duplicate', 'rejected', 'late', 'too_late'].filter((column) => has(rows, column));
	const name = (stream) => word('stream.' + stream) || stream;
	const since = (stream) => (own(portrait.streams, stream) || {}).first_day;
	const begins = Object.entries(portrait.history_begins || {}).filter(([, day]) => day);
	const gone = [...new Set([...(portrait.absent || []),
		...Object.keys(portrait.streams || {}).filter((stream) => absent(stream))])];
	const ignored = portrait.ignored || [];
	const table = h('table', {},
		h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, say('stream')),
			columns.map((column) => h('th', { scope: 'col' }, say(column))), h('th', { scope: 'col' }, say('quality.since')))),
		h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row' }, name(row.stream)),
			columns.map((column) => h('td', {}, count(row[column]))), h('td', {}, date(since(row.stream), MIDDLE))))));
	const notes = [portrait.provisional === true ? say('provisional.why') : portrait.provisional === false ? say('final') : '',
		begins.length ? say('history', begins.map(([stream, day]) => `${name(stream)} ${date(day, MIDDLE)}`).join(say('comma'))) : '',
		gone.length ? say('missing', gone.map(name).join(say('comma'))) : '',
		ignored.length ? say('ignored', ignored.slice(0, ROWS).map(brief).join(say('comma')) +
			(ignored.length > ROWS ? ' …' : '')) : ''].filter(Boolean);
	return h('section', {}, h('h2', {}, say('quality')), how(say('quality.how')),
		h('div', { class: 'quality' },
			rows.length ? h('div', { class: 'sheet' }, scroll(say('quality'), table)) : '',
			h('div', { class: 'sheet' }, notes.map((text) => h('p', { class: 'note' }, h('bdi', {}, text))))));
}

// ---- the page ------------------------------------------------------------------------------------
function draw()
{
	const period = own(periods, state.period);
	const focused = document.activeElement && document.activeElement.id;
	document.documentElement.lang = state.lang === 'zh' ? 'zh-CN' : 'en';
	document.title = [portrait.store, say('title'), portrait.day].filter(Boolean).join(' · ');
	charts.drawn = [];
	document.getElementById('page').replaceChildren(
		head(period),
		h('main', {},
			h('div', { class: 'cards' }, QUESTIONS.map((question) => card(question, period))),
			why(period) || '', numbers(period) || '',
			trend(period), cuts(period), people(), segments(), quality()),
		h('footer', {}, `limn ${portrait.limn || ''}`));
	charts.redraw();
	if (focused && document.getElementById(focused))
		document.getElementById(focused).focus();
}

readState();
draw();
let width = window.innerWidth;
window.addEventListener('resize', () => {
	if (window.innerWidth !== width) {
		width = window.innerWidth;
		charts.redraw();
	}
});
window.addEventListener('hashchange', () => {
	readState();
	draw();
});
})();
