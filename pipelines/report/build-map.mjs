// build-map - writes the world as the page draws it: one feature a country, named by its ISO 3166 alpha-2 code.
//
//     node build-map.mjs >world.json
//
// From Natural Earth's 1:50 m countries (world-atlas). The 1:110 m ones lack Singapore and Hong Kong. Outlines are made
// coarser for a picture of about 1,000 px, islands that nobody would see there are dropped, and of every country at
// least its largest part is kept as it is when it is small. Antarctica, where nobody shops, is left out.
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import { presimplify, simplify } from 'topojson-simplify';

const require = createRequire(import.meta.url);
const atlas = require('world-atlas/countries-50m.json');
const countries = require('i18n-iso-countries/index.js');

const DETAIL = 0.06; // square degrees: points whose triangle with their neighbours is smaller are dropped
const ISLAND = 0.15; // square degrees: parts of a country that are smaller are dropped
const SMALL = 1.5; // square degrees: countries that are smaller keep their full outline
const DIGITS = 2;
// The map ends in the Bering Strait: a part whose middle is west of this is drawn at the right edge, beside its neighbours.
const EDGE = -171;
// Natural Earth gives no number to what ISO 3166 has no entry for; Kosovo has a code that others use.
const CODES = { Kosovo: 'XK' };

// A ring's area in square degrees.
function area(ring)
{
	let twice = 0;
	for (let i = 1; i < ring.length; i++)
		twice += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
	return Math.abs(twice) / 2;
}

// The atlas joins what crosses the 180th meridian: from 179° a ring goes on at -179°. Here it goes on at 181°.
function unwrapped(ring)
{
	let turn = 0;
	return ring.map(([x, y], i) => {
		const step = i ? x - ring[i - 1][0] : 0;
		turn += step > 180 ? -360 : step < -180 ? 360 : 0;
		return [x + turn, y];
	});
}

const middle = (ring) => (Math.min(...ring.map(([x]) => x)) + Math.max(...ring.map(([x]) => x))) / 2;

// All rings of a polygon on that side of the map where its middle belongs.
function placed(polygon)
{
	const rings = polygon.map(unwrapped);
	return rings.map((ring) => {
		const at = middle(ring);
		const shift = at < EDGE ? 360 : at > EDGE + 360 ? -360 : 0;
		return ring.map(([x, y]) => [x + shift, y]);
	});
}

// With DIGITS behind the point, without points that fell together.
function rounded(ring)
{
	const points = ring.map((point) => point.map((value) => Number(value.toFixed(DIGITS))));
	return points.filter(([x, y], i) => !i || x !== points[i - 1][0] || y !== points[i - 1][1]);
}

const parts = (geometry) => (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).map(placed);
const size = (polygon) => area(polygon[0]);
const bySize = (a, b) => size(b) - size(a);

// What is drawn of a country: `full` are its parts as they are, `coarse` the same ones simplified.
function shape(full, coarse)
{
	const whole = [...full].sort(bySize);
	if (size(whole[0]) < SMALL)
		return whole.filter((part, i) => !i || size(part) >= ISLAND / 10);
	return coarse.filter((part) => size(part) >= ISLAND)
		.map(([outline, ...holes]) => [outline, ...holes.filter((hole) => area(hole) >= ISLAND)]);
}

function code(country)
{
	const { name } = country.properties;
	return country.id ? countries.numericToAlpha2(country.id) : CODES[name] || name;
}

const read = (topology) => feature(topology, topology.objects.countries).features;
const full = read(atlas);
const coarse = read(simplify(presimplify(atlas), DETAIL));
const features = new Map();
full.forEach((country, i) => {
	const name = code(country);
	// Australia comes twice: Ashmore and Cartier Islands are the second, and too small to see.
	if (name === 'AQ' || features.has(name) && size(parts(country.geometry)[0]) < ISLAND)
		return;
	const polygons = shape(parts(country.geometry), parts(coarse[i].geometry)).sort(bySize)
		.map((part) => part.map(rounded).filter((ring) => ring.length >= 4));
	const outline = polygons[0][0];
	const cp = [middle(outline), middle(outline.map(([x, y]) => [y, x]))].map((value) => Number(value.toFixed(DIGITS)));
	features.set(name, { type: 'Feature', properties: { name, cp }, geometry: { type: 'MultiPolygon', coordinates: polygons } });
});
const sorted = [...features.values()].sort((a, b) => (a.properties.name < b.properties.name ? -1 : 1));
process.stdout.write(JSON.stringify({ type: 'FeatureCollection', features: sorted }) + '\n');
