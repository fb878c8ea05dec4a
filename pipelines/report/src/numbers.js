// numbers - how numbers and days are written. Money and counts keep their digits: no double is involved.
import { missing, number, own, portrait } from './data.js';
import { h } from './dom.js';
import { locale, say } from './words.js';
import { state } from './state.js';

export const NONE = '–';
const MINUS = '\u2212';

// What kind of number each metric is; `good` is -1 where less is better, 0 where neither is.
export const METRICS = {
	uv: {}, pv: {}, visits: {}, new_uv: {}, returning_uv: {}, return_uv_7d: {}, pv_per_uv: { kind: 'ratio' },
	depth: { kind: 'ratio' }, depth_mean_of_days: { kind: 'ratio' }, bounce_rate: { kind: 'rate', digits: 1, good: -1 },
	stay_seconds: { kind: 'time' }, engaged_visits: {}, engaged_rate: { kind: 'rate', digits: 1 },
	product_uv: {}, cart_uv: {}, checkout_uv: {}, cart_buyers: {}, cart_conv: { kind: 'rate', digits: 1 },
	conversion: { kind: 'rate', digits: 2 }, conversion_per_visit: { kind: 'rate', digits: 2 }, conversion_seen: { kind: 'rate', digits: 2 },
	buyers: {}, buyers_seen: {}, orders: {}, orders_per_buyer: { kind: 'ratio' },
	items: {}, items_per_buyer: { kind: 'ratio' }, items_per_order: { kind: 'ratio' },
	unidentified_orders: { good: 0 }, unidentified_amount: { kind: 'money', good: 0 },
	amount: { kind: 'money' }, amount_net: { kind: 'money' }, refund_rate: { kind: 'rate', digits: 1, good: -1 },
	refund_amount_rate: { kind: 'rate', digits: 1, good: -1 },
	amount_per_buyer: { kind: 'money' }, amount_per_order: { kind: 'money' }, amount_per_buyer_mean_of_days: { kind: 'money' },
	amount_per_new_buyer: { kind: 'money' }, amount_per_old_buyer: { kind: 'money' },
	repurchase_rate: { kind: 'rate', digits: 1 }, new_buyers: {}, old_buyers: {}, return_buyers: {}, reactivated: {},
	buyers_365: {}, customers: {}, subscribers: {}, people: {}, visitors: {}, cycle: { kind: 'days', good: 0 },
};
export const kindOf = (metric) => own(METRICS, metric) || {};

const group = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ',');

// A decimal's text rounded half to even at `digits`, exactly. null: not a decimal.
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

export function fixed(value, digits)
{
	if (missing(value))
		return NONE;
	const rounded = round(value, digits) || round(Number(value).toFixed(digits), digits);
	return rounded ? rounded.minus + rounded.text : String(value);
}

// The sum of decimals' texts, exactly; undefined where one of them is no decimal.
export function total(values)
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

export const count = (value) => fixed(value, 0);
export const percent = (value, digits = 1) => (missing(value) ? NONE : fixed((Number(value) * 100).toFixed(digits), digits) + '%');

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

export function money(value, digits)
{
	if (missing(value))
		return NONE;
	const { sign, digits: usual } = currency();
	const rounded = round(value, digits === undefined ? usual : digits);
	return rounded ? rounded.minus + sign + rounded.text : String(value);
}

// Money as it is with few digits, in whole units where it is much.
export const roundMoney = (value) => money(value, Math.abs(number(value)) >= 1000 ? 0 : undefined);

export function duration(seconds)
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

// A number as text by its kind: {kind, digits}.
export function write({ kind = 'count', digits } = {}, value)
{
	switch (kind) {
	case 'money': return money(value, digits);
	case 'amount': return roundMoney(value);
	case 'rate': return percent(value, digits ?? 1);
	case 'time': return duration(value);
	case 'days': return missing(value) ? NONE : say('days', count(value));
	case 'ratio': return fixed(value, digits ?? 2);
	case 'day': return date(value, MIDDLE);
	case 'text': return missing(value) ? NONE : String(value);
	default: return count(value);
	}
}

export const show = (metric, value) => write(kindOf(metric), value);
export const signed = (value, digits = 0) => (number(value) > 0 ? '+' : '') + money(value, digits);
export const signedCount = (value) => (missing(value) ? NONE : (number(value) > 0 ? '+' : '') + count(value));

export function compact(value, kind)
{
	if (kind === 'rate')
		return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 2 }).format(value);
	if (kind === 'time')
		return duration(value);
	const text = new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1 }).format(Math.abs(value));
	return (value < 0 ? MINUS : '') + (kind === 'money' ? currency().sign : '') + text;
}

// A number of the portrait on the page: what it is and where it stands are kept with it.
export const datum = (kind, value, path, text) => h('span', missing(value) ? { 'data-path': path } : { 'data-value': value, 'data-path': path },
	text === undefined ? write(kind, value) : text);
export const metric = (name, value, path) => datum(kindOf(name), value, path);

// How a number changed: counts and money in per cent of before, rates in points.
export function change(spec, now, before, title)
{
	const a = number(now), b = number(before);
	const { kind = 'count', good = 1, digits } = spec;
	if (Number.isNaN(a) || Number.isNaN(b) || (kind !== 'rate' && b === 0))
		return null;
	const points = kind === 'rate';
	const moved = points ? (a - b) * 100 : ((a - b) / Math.abs(b)) * 100;
	const size = Math.abs(moved).toFixed(points && digits === 2 ? 2 : 1);
	const hint = title || say('previous', write(spec, before));
	if (Number(size) === 0)
		return h('span', { class: 'change', title: hint }, '=', h('span', { class: 'sr' }, ' ' + say('unchanged')));
	const [whole, rest] = size.split('.');
	const text = points ? say('points', size) : `${group(whole)}${Number(whole) >= 100 ? '' : '.' + rest}%`;
	const tone = good === 0 ? '' : (moved > 0) === (good > 0) ? ' good' : ' bad';
	return h('span', { class: 'change' + tone, title: hint },
		h('i', { 'aria-hidden': 'true' }, moved > 0 ? '▲' : '▼'),
		h('span', { class: 'sr' }, say(moved > 0 ? 'up' : 'down') + ' '), text);
}

// ---- days ----------------------------------------------------------------------------------------
export const instant = (day) => new Date(day + 'T00:00:00Z');
export const LONG = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
export const MIDDLE = { day: 'numeric', month: 'short', year: 'numeric' };
export const SHORT = { day: 'numeric', month: 'short' };

export function date(day, options)
{
	if (!/^\d{4}-\d\d-\d\d$/.test(day || ''))
		return NONE;
	return new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options }).format(instant(day));
}

export function range(period, options)
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
