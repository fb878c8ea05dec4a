// main - draws the page from the portrait beside it, and again what a choice changes.
import { portrait } from './data.js';
import { h } from './dom.js';
import { paintAll, readTheme, repaint, sweep } from './charts.js';
import { cards, head, showing } from './head.js';
import { why } from './why.js';
import { glance } from './glance.js';
import { traffic } from './traffic.js';
import { conversion } from './conversion.js';
import { money } from './money.js';
import { repurchase } from './repurchase.js';
import { who } from './who.js';
import { worth } from './worth.js';
import { segments } from './segments.js';
import { personas } from './personas.js';
import { definitions, quality } from './quality.js';
import { say } from './words.js';
import { onChange, start, state } from './state.js';

// What a section depends on, beside the language: the period, or the sides that are shown.
const PARTS = [
	['cards', cards, ['period', 'against']], ['why', why, ['period', 'against']], ['glance', glance, ['a', 'b']],
	['traffic', traffic, ['period', 'a', 'b']], ['conversion', conversion, ['period', 'a', 'b']], ['money', money, ['period', 'a', 'b']],
	['repurchase', repurchase, ['period', 'a', 'b']], ['who', who, ['a', 'b']], ['worth', worth, ['a', 'b']], ['segments', segments, ['a']],
	['personas', personas, []], ['quality', quality, []], ['definitions', definitions, []],
];
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const page = document.getElementById('page');
const drawn = new Map();
const header = h('header', { class: 'head' });
const bar = h('div', { class: 'showing', role: 'region' });
const main = h('main', { id: 'main' });
const skip = h('a', { class: 'skip', href: '#main' });
const foot = h('footer', { class: 'foot' });
let paper = false;

function dress()
{
	const mode = paper ? 'light' : state.theme === 'auto' ? (dark.matches ? 'dark' : 'light') : state.theme;
	document.documentElement.dataset.theme = mode;
}

// A part takes the place of what it was before, so that nobody loses where they are.
function part(name, make)
{
	const next = make() || h('div', { hidden: true });
	const old = drawn.get(name);
	if (old && old.isConnected)
		old.replaceWith(next);
	else
		main.append(next);
	drawn.set(name, next);
}

function draw(changed)
{
	const focused = document.activeElement && document.activeElement.id;
	const all = !changed || changed.includes('lang');
	if (all || changed.includes('theme')) {
		dress();
		readTheme();
	}
	document.documentElement.lang = state.lang === 'zh' ? 'zh-CN' : 'en';
	document.title = [portrait.store, say('title'), portrait.day].filter(Boolean).join(' · ');
	skip.textContent = say('skip');
	header.replaceChildren(...head());
	bar.setAttribute('aria-label', say('showing.what'));
	bar.replaceChildren(...showing().filter(Boolean));
	for (const [name, make, needs] of PARTS)
		if (all || needs.some((need) => changed.includes(need)))
			part(name, make);
	foot.textContent = `limn ${portrait.limn || ''}`;
	sweep();
	if (changed && changed.includes('theme') && !all)
		repaint();
	if (paper)
		paintAll();
	const again = focused && document.getElementById(focused);
	if (again && again !== document.activeElement)
		again.focus({ preventScroll: true });
}

// On paper everything is drawn, in light colours, with its table.
function print(yes)
{
	if (paper === yes)
		return;
	paper = yes;
	// As wide as a sheet is, before charts are drawn: what is printed is laid out like this.
	document.documentElement.classList.toggle('paper', yes);
	dress();
	for (const figure of document.querySelectorAll('figure'))
		if (yes ? figure.paper : figure.screen)
			(yes ? figure.paper : figure.screen)();
	if (yes) {
		paintAll();
		for (const svg of document.querySelectorAll('.plot svg'))
			svg.setAttribute('viewBox', `0 0 ${svg.getAttribute('width')} ${svg.getAttribute('height')}`);
	} else
		repaint();
}

start();
page.replaceChildren(skip, header, bar, main, foot);
draw();
onChange(draw);
dark.addEventListener('change', () => draw(['theme']));
window.addEventListener('beforeprint', () => print(true));
window.addEventListener('afterprint', () => print(false));

// Which part is read: its name is marked in the bar.
const spy = new IntersectionObserver((entries) => {
	for (const { target, isIntersecting } of entries)
		if (isIntersecting)
			for (const link of bar.querySelectorAll('nav a'))
				if (link.hash === '#' + target.id)
					link.setAttribute('aria-current', 'location');
				else
					link.removeAttribute('aria-current');
}, { rootMargin: '-30% 0px -65% 0px' });
new MutationObserver(() => { spy.disconnect(); main.querySelectorAll('section').forEach((one) => spy.observe(one)); }).observe(main, { childList: true });
main.querySelectorAll('section').forEach((one) => spy.observe(one));
