// personas - three or four customers as the data draws them: a card each.
import { own, portrait, portraits } from './data.js';
import { h } from './dom.js';
import { datum } from './numbers.js';
import { section } from './frame.js';
import { indexText } from './tags.js';
import { brief, inLanguage, keyName, say, tagName } from './words.js';
import { choose } from './state.js';

function traits(title, list, path, compared)
{
	if (!list || !list.length)
		return '';
	return h('div', {}, h('h4', {}, title), h('ul', { class: 'traits' }, list.map((trait, i) => h('li', {}, h('span', {}, h('small', {}, tagName(trait.tag)), h('bdi', {}, brief(keyName(trait.tag, trait.key), 40))),
		h('span', { class: 'share' }, datum({ kind: 'rate', digits: 0 }, trait.share, `${path}.${i}.share`)), compared ? indexText(trait.index) : ''))));
}

const HUES = ['repurchase', 'traffic', 'conversion', 'amount'];

function card(persona, i)
{
	const path = `personas.${i}`;
	const name = inLanguage(persona.name);
	return h('article', { class: `sheet persona ${HUES[i % HUES.length]}`, 'data-persona': persona.segment, 'aria-labelledby': 'persona-' + i },
		h('header', {}, h('span', { class: 'face', 'aria-hidden': 'true' }, [...name.split(/\s+/).pop()][0] || ''),
			h('div', {}, h('h3', { id: 'persona-' + i }, h('bdi', {}, name)), h('p', { class: 'motto' }, h('bdi', {}, inLanguage(persona.motto))))),
		h('dl', { class: 'facts' }, h('div', {}, h('dt', {}, say('people')), h('dd', {}, datum({}, persona.people, path + '.people'))),
			h('div', {}, h('dt', {}, say('persona.amount')), h('dd', {}, datum({ kind: 'rate' }, persona.amount_share, path + '.amount_share')))),
		traits(say('persona.over'), persona.over, path + '.over', true), traits(say('persona.under'), persona.under, path + '.under', true),
		traits(say('persona.when'), persona.when, path + '.when'), traits(say('persona.where'), persona.where, path + '.where'),
		h('details', { class: 'meaning' }, h('summary', {}, say('persona.rule')), h('pre', { dir: 'ltr', tabindex: 0 }, h('code', {}, persona.rule))),
		own(portraits, persona.segment) ? h('button', { type: 'button', class: 'tool', onclick: () => { choose(persona.segment); document.getElementById('s-portrait').scrollIntoView(); } }, say('show.portrait')) : '');
}

export function personas()
{
	const list = portrait.personas || [];
	return section('personas', list.length ? h('div', { class: 'personas' }, list.map(card)) : h('p', { class: 'absent' }, say('personas.none')));
}
