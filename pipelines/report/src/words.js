// words - what things are called: by the portrait's own labels first, then by words.json.
import { missing, own, portrait, tags, words } from './data.js';
import { state } from './state.js';
import { countryName } from './world.js';

const LONGEST = 60;
const labels = portrait.labels || {};
export const locale = () => (state.lang === 'zh' ? 'zh-CN' : 'en-GB');

export const inLanguage = (found) => (found ? found[state.lang] || found.en : undefined);
export const word = (key) => inLanguage(own(words, key));
export const named = (key) => inLanguage(own(labels, key)) || word(key);

export function say(key, ...values)
{
	const text = word(key);
	if (text === undefined)
		return key;
	// Only the template is searched for places, never a value put into one.
	return text.replace(/\{(\d?)\}/g, (_, place) => values[Number(place)]);
}

// Hostile or broken logs hold names of any length.
export function brief(name, longest = LONGEST)
{
	const text = [...String(name).slice(0, 400)];
	return text.length > longest ? text.slice(0, longest - 1).join('') + '…' : text.join('');
}

// A time is written in minutes, whatever the portrait calls it.
export const metricName = (metric) => (metric === 'stay_seconds' ? word(metric) : named(metric)) || metric;
export const shortName = (metric) => word(`short.${metric}`) || metricName(metric);

export const tagName = (tag) => named(tag) || word('tag.' + tag) || word('cut.' + tag) || tag;
export const segmentName = (name) => {
	if (!name)
		return say('nothing');
	if (name === 'store')
		return say('store');
	const segment = (portrait.segments || []).find((one) => one.name === name);
	return (segment && inLanguage(segment)) || named(name) || name;
};

// Tags whose values are told by another one's words.
const LIKE = {
	rfm_grid: 'rfm', rfm_name: 'rfm', rfm_grid_cn: 'rfm_cn', rfm_group_cn: 'rfm_cn', main_platform: 'platform', last_platform: 'platform',
	first_source_l1: 'channel', first_channel: 'channel', last_channel: 'channel', channels_used: 'channel',
	local_visit_hour_band: 'hour_band', preferred_order_hour_band: 'hour_band', customer_language: 'language',
	customer_countries: 'country', phone_country: 'country', order_countries: 'country', domestic_foreign: 'domestic',
	sms_subscription_status: 'email_subscription_status', preferred_dow: 'weekday', s_gender: 'gender',
};

// Values that were gathered: beyond the ones that are told apart.
export const isRest = (key) => key === 'Other' || key === '(other)';
// A cut by several dimensions is called after them.
export const cutName = (cut) => word('cut.' + cut) || named(cut) || (cut.includes(',') ? cut.split(',').map(cutName).join(' × ') : cut);

function languageName(code)
{
	try {
		return new Intl.DisplayNames([locale()], { type: 'language' }).of(code) || code;
	} catch {
		return code;
	}
}

// 2026-11-23 is a Monday.
export const weekday = (day, style = 'short') =>
	new Intl.DateTimeFormat(locale(), { weekday: style, timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 10, 23 + day)));
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function keyName(dimension, key)
{
	if (Array.isArray(key)) // a cut by several dimensions
		return [...new Set(key.map((part, i) => keyName(dimension.split(',')[i], part)))].join(' · ');
	if (dimension === 'gender_age' && /^[fm] ./.test(key || ''))
		return `${keyName('gender', key[0])}${say('comma')}${keyName('age_band', key.slice(2))}`;
	if (missing(key))
		return word(dimension + '.null') || say('unknown');
	const like = own(LIKE, dimension) || dimension;
	const known = named(`${dimension}.${key}`) || named(`${like}.${key}`) || word('value.' + key) ||
		(key === 'unattributed' ? word('unattributed') : undefined);
	if (known)
		return known;
	if (isRest(key))
		return say('rest');
	if (like === 'country' && /^[A-Z]{2}$/.test(key))
		return countryName(key, state.lang) || key;
	if (like === 'language' && /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(key))
		return languageName(key);
	if (like === 'weekday' && WEEKDAYS.includes(key))
		return weekday(WEEKDAYS.indexOf(key), 'long');
	// free_shipping is a code for want of words; brands, campaigns and the like are names and stay as they are.
	return CODED.includes(own(tags, dimension)?.group) && /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/.test(key) ? key[0].toUpperCase() + key.slice(1).replaceAll('_', ' ') : String(key);
}

// Groups of tags whose values are codes.
const CODED = ['value', 'demographics', 'payment', 'survey'];

// Rows that have an order of their own; others come by size.
export const ORDERS = {
	visitor: ['new', 'returning'],
	gender: ['f', 'm', 'other', 'unknown'],
	age_band: ['25-', '26-35', '36-45', '46+'],
	rfm: ['CHAMPIONS', 'LOYAL', 'ACTIVE', 'NEW', 'PROMISING', 'NEEDS_ATTENTION', 'PREVIOUSLY_LOYAL', 'AT_RISK',
		'ALMOST_LOST', 'DORMANT', 'LAPSED', 'PROSPECTS'],
	lifecycle: ['prospect', 'new', 'diehard', 'ordinary', 'dormant', 'lost'],
	customer_type: ['repeat', 'one_time', 'new', 'prospect'],
	rfm_cn: ['重要价值', '重要保持', '重要发展', '重要挽留', '一般价值', '一般保持', '一般发展', '一般挽留', 'LAPSED'],
	spend_tier: ['top', 'high', 'mid', 'low'],
	value_class: ['A', 'B', 'C'],
	purchase_frequency: ['weekly', 'monthly', 'sporadic', 'once'],
	repurchase_phase: ['recent', 'ready', 'lapsed'],
	hour_band: ['morning', 'afternoon', 'evening', 'night'],
	weekday: WEEKDAYS,
	education: ['school', 'high_school', 'college', 'bachelor', 'master', 'doctorate', 'other'],
	income_band: ['low', 'middle', 'upper_middle', 'high'],
	member_tier: ['platinum', 'gold', 'silver', 'non_member'],
	pref_price_band: ['high', 'mid', 'low'],
	city_tier: ['1', 'new1', '2', '3', '4', '5', 'other'],
	promo_sensitivity: ['high', 'mid', 'medium', 'low', 'none'],
	satisfaction: ['5', '4', '3', '2', '1'],
	nps_class: ['promoter', 'passive', 'detractor'],
	peak_season: ['Q1', 'Q2', 'Q3', 'Q4', 'none'],
};
export const orderOf = (dimension) => own(ORDERS, own(LIKE, dimension) || dimension);

// Bands such as 0-30, 31-60, >10k: all begin with a number, so that is their order.
const leading = (key) => {
	const found = /^\s*([<≤>≥+-]?)\s*[^\d\s]?(\d+(?:[.,]\d+)?)(k?)/i.exec(key);
	if (!found)
		return NaN;
	const value = Number(found[2].replace(',', '.')) * (found[3] ? 1000 : 1);
	return value + (found[1] === '<' || found[1] === '≤' ? -0.5 : found[1] === '>' || found[1] === '≥' ? 0.5 : 0);
};

// A function that says the place of a key; undefined where keys come by size.
export function ranks(dimension, keys)
{
	const order = orderOf(dimension);
	if (order)
		return (key) => (order.includes(key) ? order.indexOf(key) : order.length);
	const told = keys.filter((key) => !isRest(key) && !missing(key));
	if (told.length > 1 && told.length <= 12 && /band|days|tier|income|range|level|number|bucket/.test(dimension) && told.every((key) => !Number.isNaN(leading(key))))
		return (key) => (Number.isNaN(leading(key)) ? Infinity : leading(key));
	return undefined;
}
