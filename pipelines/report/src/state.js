// state - what is shown: kept in the address, so that a view can be kept and sent.
import { own, periods, portraits } from './data.js';

export const state = { lang: 'en', theme: 'auto', period: 'day', against: 'previous', a: 'store', b: '' };
const PERIODS = ['day', '7d', '30d', 'mtd', 'ytd'];
export const periodNames = () => [...PERIODS, ...Object.keys(periods).filter((name) => !PERIODS.includes(name))].filter((name) => own(periods, name));

const listeners = [];
export const onChange = (listener) => listeners.push(listener);
const tell = (changed) => listeners.forEach((listener) => listener(changed));

function one(value, allowed, otherwise)
{
	return allowed.includes(value) ? value : otherwise;
}

function read()
{
	const hash = new URLSearchParams(location.hash.slice(1));
	const names = periodNames();
	state.lang = one(hash.get('lang'), ['en', 'zh'], /^zh/i.test(navigator.language || '') ? 'zh' : 'en');
	state.theme = one(hash.get('theme'), ['light', 'dark'], 'auto');
	state.period = one(hash.get('period'), names, names[0] || 'day');
	state.against = one(hash.get('against'), ['previous', 'last_year'], 'previous');
	state.a = own(portraits, hash.get('a')) ? hash.get('a') : 'store';
	state.b = own(portraits, hash.get('b')) && hash.get('b') !== state.a ? hash.get('b') : '';
}

// A place on the page (#s-traffic) is no state: the rest of the address stays.
const isPlace = () => /^#s-[a-z]+$/.test(location.hash);

function keep()
{
	const hash = new URLSearchParams({ lang: state.lang, period: state.period });
	if (state.theme !== 'auto')
		hash.set('theme', state.theme);
	if (state.against !== 'previous')
		hash.set('against', state.against);
	if (state.a !== 'store' || state.b)
		hash.set('a', state.a);
	if (state.b)
		hash.set('b', state.b);
	history.replaceState(null, '', '#' + hash);
}

export function go(change)
{
	const before = { ...state };
	Object.assign(state, change);
	if (state.b === state.a)
		state.b = '';
	keep();
	const changed = Object.keys(state).filter((key) => state[key] !== before[key]);
	if (changed.length)
		tell(changed);
}

// A segment is most telling beside the store.
export const choose = (name) => go(name === 'store' ? { a: 'store', b: '' } : { a: name, b: state.b || 'store' });

export function start()
{
	read();
	window.addEventListener('hashchange', () => {
		if (isPlace()) {
			keep();
			return;
		}
		const before = { ...state };
		read();
		const changed = Object.keys(state).filter((key) => state[key] !== before[key]);
		if (changed.length)
			tell(changed);
	});
}
