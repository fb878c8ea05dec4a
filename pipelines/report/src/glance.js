// glance - the portrait that is shown, at a glance: its main numbers, what sets it apart, what to do.
import { missing, number, own, portrait } from './data.js';
import { h, how } from './dom.js';
import { cell, col, figure, sides } from './frame.js';
import { change, count, date, datum, kindOf, MIDDLE, percent } from './numbers.js';
import { index, indexText, traits } from './tags.js';
import { brief, inLanguage, keyName, metricName, say, tagName } from './words.js';
import { state } from './state.js';

const BASE = ['people', 'customers', 'visitors', 'subscribers', 'buyers', 'orders', 'amount', 'amount_per_buyer', 'amount_per_order', 'orders_per_buyer', 'repurchase_rate'];
// Sizes differ; these can be held against each other.
const COMPARED = ['amount_per_buyer', 'amount_per_order', 'orders_per_buyer', 'repurchase_rate'];
const name_ = (name) => (say('base.' + name) === 'base.' + name ? metricName(name) : say('base.' + name));

function tiles(all)
{
	const [a, b] = all;
	const there = BASE.filter((name) => all.some(({ portrait: one }) => !missing(own(one.base, name))));
	return h('dl', { class: 'tiles' }, there.map((name) => {
		const values = all.map(({ portrait: one }) => own(one.base, name));
		const kind = name === 'amount' ? { kind: 'amount' } : kindOf(name);
		const beside = b ? (COMPARED.includes(name) ? h('dd', { class: 'b' }, datum(kind, values[1], `${b.path}.base.${name}`), ' ', indexText(index(number(values[0]), number(values[1]))))
			: h('dd', { class: 'b' }, datum(kind, values[1], `${b.path}.base.${name}`), number(values[1]) > 0 ? h('span', { class: 'share' }, ' ' + say('tile.share', percent(number(values[0]) / number(values[1])))) : '')) : '';
		return h('div', { 'data-tile': name }, h('dt', {}, name_(name)), h('dd', { class: 'a' }, datum(kind, values[0], `${a.path}.base.${name}`)), beside);
	}));
}

function apart(nameA, nameB, titleB)
{
	const { over = [], under = [] } = traits(nameA, nameB);
	const one = (trait) => h('li', {}, h('span', {}, h('small', {}, tagName(trait.tag)), h('bdi', {}, brief(keyName(trait.tag, trait.key), 40))),
		h('span', { class: 'share' }, say('trait.shares', percent(trait.share, 0), percent(trait.other, 0))), indexText(trait.index));
	return figure({
		name: 'apart', title: say('apart', brief(titleB, 30)), hue: 'who', scope: 'portrait', about: say('apart.how'), size: 'two',
		empty: over.length + under.length ? undefined : say('apart.none'),
		body: h('div', { class: 'apart' }, over.length ? h('div', {}, h('h4', {}, say('apart.over')), h('ul', { class: 'traits' }, over.map(one))) : '',
			under.length ? h('div', {}, h('h4', {}, say('apart.under')), h('ul', { class: 'traits' }, under.map(one))) : ''),
		table: () => ({ first: say('trait'), columns: [col(say('people')), col(say('share'), 'rate'), col(titleB, 'rate'), col(say('index'), {}, say('index.how'))],
			rows: [...over, ...under].map((trait) => ({ head: `${tagName(trait.tag)}: ${keyName(trait.tag, trait.key)}`, cells: [cell(trait.people, trait.path), cell(trait.share), cell(trait.other), cell(trait.index)] })) }),
	});
}

function segmentCard(name)
{
	const segment = (portrait.segments || []).find((one) => one.name === name);
	const told = own(portrait.definitions, name);
	if (!segment)
		return '';
	const action = segment.action;
	return h('div', { class: 'sheet todo third repurchase' },
		h('h3', {}, say('todo')),
		action ? [h('p', { class: 'action' }, inLanguage(action.action)), inLanguage(action.offer) ? h('p', { class: 'offer' }, say('offer'), ' ', h('b', {}, inLanguage(action.offer))) : ''] : how(say('todo.none')),
		segment.since ? h('p', { class: 'note' }, say('segment.moved', count(segment.joined), count(segment.left), date(segment.since, MIDDLE)), ' ', change({}, segment.people, segment.before)) : '',
		told ? h('details', { class: 'meaning' }, h('summary', {}, say('meaning')), h('div', { class: 'definition' }, h('pre', { dir: 'ltr', tabindex: 0 }, h('code', {}, told.rule)), h('small', {}, told.file))) : '');
}

export function glance()
{
	const all = sides().filter(({ portrait: one }) => one);
	if (!all.length)
		return '';
	const [a, b] = all;
	const against = b ? b.name : a.name === 'store' ? '' : 'store';
	return h('section', { id: 's-portrait', 'aria-labelledby': 'h-portrait', tabindex: -1 },
		h('h2', { id: 'h-portrait' }, h('bdi', {}, b ? say('portrait.two', brief(a.title), brief(b.title)) : say('portrait.one', brief(a.title)))), how(say('portrait.how')),
		h('div', { class: 'sheet glance' }, tiles(all)),
		state.a !== 'store' || against ? h('div', { class: 'figures' }, against ? apart(a.name, against, b ? b.title : say('store')) : '', segmentCard(state.a)) : '');
}
