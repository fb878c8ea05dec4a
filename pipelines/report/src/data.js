// data - what the page is drawn from: the portrait and the words that stand beside the script.
const read = (id) => JSON.parse(document.getElementById(id).textContent);

export const portrait = read('portrait');
export const words = read('words');

export const own = (object, key) => (object && Object.hasOwn(object, key) ? object[key] : undefined);
export const missing = (value) => value === null || value === undefined || value === '' || Number.isNaN(value);
export const number = (value) => (missing(value) ? NaN : Number(value));
export const has = (rows, column) => (rows || []).some((row) => !missing(row[column]));

export const periods = portrait.periods || {};
export const portraits = portrait.portraits || {};
export const tags = portrait.tags || {};

// A stream of which nothing ever came.
export function absent(stream)
{
	const known = own(portrait.streams, stream);
	return (portrait.absent || []).includes(stream) || (known ? known.present === false : false);
}

// The value at a path such as periods.30d.metrics.uv; list places are numbers.
export const at = (...path) => path.reduce((value, step) => (value === null || value === undefined ? undefined : own(value, step)), portrait);

// Ratios of what portraits have by day.
export const RATIOS = { amount_per_buyer: ['amount', 'buyers'], orders_per_buyer: ['orders', 'buyers'] };

export function byDay(trend, name)
{
	const ratio = RATIOS[name];
	if (!trend || !ratio)
		return (trend && trend[name]) || [];
	const [over, under] = ratio.map((one) => trend[one] || []);
	return over.map((value, i) => (missing(value) || !(under[i] > 0) ? null : name === 'amount_per_buyer' ? (number(value) / under[i]).toFixed(2) : number(value) / under[i]));
}
