// who - who the customers are: age and gender, work, places, languages, what they say and whether it fits.
import { portrait } from './data.js';
import { h } from './dom.js';
import { cell, col, figure, flow, grid, section, sub, table } from './frame.js';
import { pyramid } from './kinds.js';
import { count, percent } from './numbers.js';
import { distributions, gather, home, known, peopleOf, restOf, tagTable } from './tags.js';
import { brief, keyName, ORDERS, say, tagName } from './words.js';

// Gender and age at once: values such as "f 26-35" or "26-35,f".
const GENDERS = ['f', 'm'];
function split(key)
{
	const parts = key.split(/[\s,|/]+/);
	const gender = parts.find((part) => GENDERS.includes(part));
	return gender && parts.length === 2 ? { gender, band: parts.find((part) => part !== gender) } : null;
}

function pyramidFigure(tag)
{
	const all = gather(tag).filter(({ counts }) => counts && counts.n > 0);
	const keys = [...new Set(all.flatMap(({ rows }) => [...rows.keys()]))].map(split).filter(Boolean);
	const bands = [...new Set(keys.map(({ band }) => band))].sort((a, b) => ORDERS.age_band.indexOf(a) - ORDERS.age_band.indexOf(b) || (a < b ? -1 : 1));
	if (!bands.length)
		return null;
	const of = (rows, gender) => bands.map((band) => [...rows].filter(([key]) => { const parts = split(key); return parts && parts.gender === gender && parts.band === band; }).reduce((so, [, { people }]) => so + people, 0));
	const hue = (t, side, gender) => (side === 'b' ? (gender === 'f' ? t.other : t.faint) : gender === 'f' ? t.who : t.traffic);
	return figure({ name: 'pyramid', title: say('pyramid'), size: all.length > 1 ? 'broad' : '', hue: 'who', scope: 'portrait', defs: ['age_band', 'gender'], n: peopleOf(all),
		plots: all.map(({ title, rows, n, side }) => ({ title: all.length > 1 ? brief(title) : '', height: bands.length * 44 + 8,
			option: pyramid({ bands: bands.map((band) => keyName('age_band', band)), whole: n, left: { name: keyName('gender', 'f'), values: of(rows, 'f'), color: (t) => hue(t, side, 'f') }, right: { name: keyName('gender', 'm'), values: of(rows, 'm'), color: (t) => hue(t, side, 'm') } }),
			label: bands.map((band, i) => `${keyName('age_band', band)}: ${GENDERS.map((gender) => `${keyName('gender', gender)} ${percent(of(rows, gender)[i] / n, 0)}`).join(say('comma'))}`).join('; '),
			below: h('p', { class: 'legend' }, GENDERS.map((gender) => h('span', {}, h('i', { class: `swatch ${side} ${gender}` }), keyName('gender', gender)))) })),
		table: () => tagTable(tag, all) });
}

function checks()
{
	const list = (portrait.survey_checks || []).map((check, i) => ({ check, i }));
	return list.map(({ check, i }) => {
		const flagged = check.rows.filter((row) => row.flag).length;
		const lines = { first: tagName(check.tag), columns: [col(say('checks.said')), col(say('checks.said_share'), 'rate'), col(say('checks.measured_share'), 'rate'), col('z', { kind: 'ratio', digits: 1 }), col(say('checks.flag'), 'text')],
			rows: check.rows.map((row, j) => ({ head: keyName(check.tag, row.key), class: row.flag ? 'flag' : null, cells: [...['said', 'said_share', 'measured_share', 'z'].map((name) => cell(row[name], `survey_checks.${i}.rows.${j}.${name}`)), cell(row.flag ? say('checks.apart') : say('checks.fits'))] })) };
		return figure({ name: 'check-' + check.question, title: `${say('checks')} ${tagName(check.tag)}`, hue: 'who', scope: 'store', size: 'half', about: say(flagged ? 'checks.flagged' : 'checks.ok', count(flagged)), defs: [check.tag],
			n: say('checks.n', count(check.answers), count(check.measured)), body: table(say('checks'), lines, 12)[0], table: () => lines });
	});
}

export function who()
{
	const ages = home('ages').filter(known);
	const both = ages.find((tag) => tag === 'gender_age' || tag === 'age_gender');
	const shown = both ? pyramidFigure(both) : null;
	const demographics = [...home('people'), ...restOf('demographics')].filter(known);
	const features = restOf('features').filter(known);
	const survey = restOf('survey').filter(known);
	const nothing = !ages.length && !demographics.length;
	const said = checks();
	return section('who', [
		nothing ? h('p', { class: 'absent' }, say((portrait.absent || []).includes('customers') ? 'absent.customers' : 'none')) : '',
		ages.length || demographics.length ? flow(shown || '', distributions(ages.filter((tag) => tag !== both), 'who'), distributions(demographics, 'who')) : '',
		home('places').some(known) ? [sub('places'), flow(distributions(home('places'), 'who'))] : '',
		features.length ? [sub('features'), flow(distributions(features, 'who'))] : '',
		survey.length || said.length ? [sub('surveys'), survey.length ? flow(distributions(survey, 'who')) : '', said.length ? grid(said) : ''] : [sub('surveys'), h('p', { class: 'absent' }, say('surveys.none'))]]);
}
