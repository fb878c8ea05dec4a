// trend - lines by day: of the store, or of what is shown.
import { byDay, missing, number, portrait, RATIOS } from './data.js';
import { cell, col, color, figure, instead, sides } from './frame.js';
import { period } from './head.js';
import { lines } from './kinds.js';
import { count, date, kindOf, MIDDLE, show } from './numbers.js';
import { metricName, say } from './words.js';

const rows = () => portrait.trend || [];

function chosen(days)
{
	const of = period();
	const at = of ? days.map((day, i) => [day, i]).filter(([day]) => day >= of.from && day <= of.to).map(([, i]) => i) : [];
	return { from: at.length ? at[0] : 1, to: at.length ? at[at.length - 1] : 0 };
}

const label = (title, name, values) => {
	const there = values.filter((value) => !missing(value)).map(Number);
	return say('trend.label', title, say('trend'), show(name, Math.min(...there)), show(name, Math.max(...there)), show(name, values[values.length - 1]));
};

// The streams of which a metric is made.
const NEEDS = { uv: ['events'], visits: ['events'], pv: ['events'], conversion: ['events', 'orders'], amount: ['orders'] };

// A metric of the store by day; `value(row)` where it is made of others.
export function storeTrend(name, hue, value, size = 'third')
{
	const days = rows().map((row) => row.day);
	const values = rows().map((row) => (value ? value(row) : row[name]));
	const spec = { name: 'trend-' + name, title: say('trend.of', metricName(name)), hue, scope: 'store', defs: [name], size };
	if (!values.some((one) => !missing(one)))
		return figure({ ...spec, empty: instead(NEEDS[name] || []) });
	const kind = kindOf(name);
	return figure({ ...spec, n: say('n.days', count(values.filter((one) => !missing(one)).length)),
		plots: [{ height: size === 'half' ? 270 : 190, label: label(metricName(name), name, values),
			option: lines({ days, kind, ...chosen(days), open: portrait.provisional === true, series: [{ name: metricName(name), values, color: (t) => t[hue] }] }) }],
		table: () => ({ first: say('day'), columns: [col(metricName(name), kind)],
			rows: days.map((day, i) => ({ head: date(day, { ...MIDDLE, weekday: 'short' }), full: day, cells: [cell(values[i], value ? undefined : `trend.${i}.${name}`)] })).reverse() }) });
}

// As of days that are kept: between two of them a line may go.
const STOCKS = ['customers', 'subscribers', 'repurchase_rate'];

export const ofRates = {
	conversion: (row) => (number(row.uv) > 0 && !missing(row.buyers) ? number(row.buyers) / number(row.uv) : null),
};

// A value of portraits by day, as a line each; members now, or as each day had them.
export function sideTrend(name, hue, more = {})
{
	const days = rows().map((row) => row.day);
	const all = sides().map((side) => ({ ...side, values: byDay(side.portrait && side.portrait.trend, name) })).filter(({ values }) => values.some((value) => !missing(value)));
	const kind = kindOf(name);
	// Two groups of other sizes: each beside its own first day.
	const relative = all.length > 1 && ['customers', 'subscribers', 'amount'].includes(name);
	const spec = { name: 'members-' + name, title: more.title || metricName(name), hue, scope: 'portrait', defs: [name], about: more.about, size: more.size || 'third' };
	if (!all.length)
		return figure({ ...spec, empty: say('trend.none') });
	return figure({ ...spec, n: say('n.days', count(Math.max(...all.map(({ values }) => values.filter((value) => !missing(value)).length)))),
		about: relative ? say('trend.relative') : more.about,
		plots: [{ height: 190, label: all.map(({ title, values }) => label(`${title}, ${metricName(name)}`, name, values)).join('; '),
			option: lines({ days, kind, ...chosen(days), near0: more.near0 ?? false, relative, joined: STOCKS.includes(name), series: all.map(({ title, values, side }) => ({ name: title, values, color: (t) => color(t, hue, side), dashed: side === 'b' })) }) }],
		table: () => ({ first: say('day'), columns: all.map(({ title }) => col(title, kind)),
			rows: days.map((day, i) => ({ head: date(day, { ...MIDDLE, weekday: 'short' }), full: day, cells: all.map(({ values, path }) => cell(values[i], RATIOS[name] ? undefined : `${path}.trend.${name}.${i}`)) })).reverse() }) });
}
