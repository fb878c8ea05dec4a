// world - checks the map: `node` on the bundle of this file, with the codes that must be there as arguments.
import world from '../../build/report/world.json';
import en from 'i18n-iso-countries/langs/en.json';
import { countryName, countryPlace, registerWorld } from '../../pipelines/report/src/world.js';

const wrong = [];
const expect = (holds, what) => holds || wrong.push(what);
const registered = {};
registerWorld({ registerMap: (name, map) => { registered[name] = map; } });
expect(registered.world === world, 'registered as world');

const features = new Map(world.features.map((feature) => [feature.properties.name, feature]));
expect(features.size === world.features.length, 'every country once');
for (const code of process.argv.slice(2)) {
	expect(features.has(code) && countryPlace(code), `${code} is on the map`);
	for (const lang of ['en', 'zh'])
		expect(countryName(code, lang) !== code, `${code} has a name in ${lang}`);
	expect(/\p{Script=Han}/u.test(countryName(code, 'zh')), `${code} has a Chinese name in zh`);
}
for (const lang of ['en', 'zh']) {
	const known = Object.keys(en.countries).map((code) => countryName(code, lang));
	expect(known.every(Boolean) && new Set(known).size === known.length, `no two countries have one name in ${lang}`);
}
expect(countryName('QQ', 'en') === 'QQ' && countryName('constructor', 'zh') === 'constructor', 'an unknown code is its own name');
expect(countryPlace('QQ') === null && !features.has('AQ'), 'what is not on the map');

// Does the point lie in the country, by the rule of crossings?
function holds(code, [x, y])
{
	const crossed = (ring) => ring.slice(1).filter(([bx, by], i) => {
		const [ax, ay] = ring[i];
		return (ay > y) !== (by > y) && x < ax + ((y - ay) / (by - ay)) * (bx - ax);
	}).length;
	return features.get(code).geometry.coordinates.some((rings) => rings.reduce((sum, ring) => sum + crossed(ring), 0) % 2);
}
// Capitals and corners, as any atlas has them; Lesotho is a hole in South Africa; Chukotka is drawn beyond 180 degrees.
const CITIES = { CN: [116.4, 39.9], US: [-98, 39], GB: [-1.5, 52.5], JP: [138.5, 36], BR: [-47.9, -15.8], AU: [149.1, -35.3], RU: [185, 67],
	ZA: [26, -31], LS: [28.3, -29.5], SG: [103.82, 1.35], HK: [114.15, 22.42], MT: [14.4, 35.9], BH: [50.55, 26.05], TW: [121, 23.8], FJ: [178, -17.8],
	CA: [-106, 56], MX: [-99.1, 19.4], KR: [127.5, 36.5], DE: [10.5, 51], FR: [2.3, 47], NZ: [175.5, -38.5] };
for (const [code, point] of Object.entries(CITIES))
	expect(holds(code, point), `${code} lies at ${point}`);
expect(!holds('ZA', CITIES.LS) && !holds('US', CITIES.CA), 'borders are kept');
// A line across the map would be an edge that joins both ends of it.
for (const { properties, geometry } of world.features)
	for (const ring of geometry.coordinates.flat()) {
		expect(ring.every(([x], i) => !i || Math.abs(x - ring[i - 1][0]) < 60), `${properties.name} has no line across the map`);
		expect(ring.every(([x, y]) => x >= -180 && x <= 191 && y > -60 && y < 84), `${properties.name} lies on the map`);
	}
const digits = JSON.stringify(world).match(/\.\d+/g);
expect(digits.every((text) => text.length <= 3), 'two decimals are enough');
for (const what of wrong)
	console.log(`not so: ${what}`);
process.exitCode = wrong.length ? 1 : 0;
