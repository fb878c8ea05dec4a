// conversion - how many of those who came bought, and where the others stopped.
import { absent, missing, number, portrait } from './data.js';
import { h } from './dom.js';
import { cell, col, color, figure, grid, instead, section, sides } from './frame.js';
import { period } from './head.js';
import { funnel } from './kinds.js';
import { count, datum, percent } from './numbers.js';
import { cutFigure } from './cuts.js';
import { ofRates, storeTrend } from './trend.js';
import { products } from './products.js';
import { brief, say } from './words.js';

const STEPS = ['view', 'product', 'cart', 'checkout', 'paid'];
const ROW = 54;

function funnelFigure()
{
	const all = sides().map((side) => ({ ...side, values: side.portrait && side.portrait.funnel })).filter(({ values }) => values && values.view > 0);
	const spec = { name: 'funnel', title: say('funnel'), hue: 'conversion', scope: 'portrait', about: say('funnel.how') };
	if (!all.length)
		return figure({ ...spec, empty: instead(['events', 'orders']) });
	// A step of which nothing is known (orders alone, events alone) is left out, not drawn as nobody.
	const there = STEPS.filter((step) => all.some(({ values }) => !missing(values[step])));
	const of = (values, i) => (i ? number(values[there[i]]) / number(values[there[i - 1]]) : null);
	const steps = (values) => there.map((step, i) => ({ name: say('funnel.' + step), value: values[step], note: i ? say('funnel.note', percent(of(values, i)), percent(number(values[step]) / number(values.view))) : '' }));
	return figure({ ...spec, n: all.map(({ values, title }) => ({ n: values.view, title })),
		plots: all.map(({ values, title, side, path }) => ({ title: all.length > 1 ? brief(title) : '', height: ROW * there.length, option: funnel({ steps: steps(values), color: (t) => color(t, 'conversion', side) }),
			label: there.map((step) => `${say('funnel.' + step)} ${count(values[step])}`).join(say('comma')),
			below: h('ol', { class: 'steps-of', style: { '--row': ROW + 'px' } }, there.map((step, i) => h('li', {}, h('span', {}, h('b', {}, say('funnel.' + step)), ' ', datum({}, values[step], `${path}.funnel.${step}`)),
				i ? h('small', {}, say('funnel.step', percent(of(values, i)))) : ''))) })),
		table: () => ({ first: say('step'), columns: all.flatMap(({ title }) => [col(all.length > 1 ? `${brief(title, 24)}: ${say('people')}` : say('people')), col(say('funnel.of.before'), 'rate'), col(say('funnel.of.first'), 'rate')]),
			rows: there.map((step, i) => ({ head: say('funnel.' + step), cells: all.flatMap(({ values, path }) => [cell(values[step], `${path}.funnel.${step}`), cell(of(values, i)), cell(number(values[step]) / number(values.view))]) })) }) });
}

export function conversion()
{
	const gone = ['events', 'orders'].filter(absent);
	return section('conversion', [gone.map((stream) => h('p', { class: 'absent' }, say('absent.' + stream))),
		grid(funnelFigure(), storeTrend('conversion', 'conversion', ofRates.conversion, 'half')),
		gone.length === 2 ? '' : grid(cutFigure({ name: 'rates', title: say('rates'), period: period(), hue: 'conversion', only: ['channel', 'platform', 'country', 'source', 'visitor'], first: 'conversion', about: say('rates.how') })),
		portrait.products ? grid(products('seen')) : '']);
}
