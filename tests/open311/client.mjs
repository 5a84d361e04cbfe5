// A program in another language: reads the services, reports, follows its token and reads the request back, in both forms.
// node client.mjs BASE KEY CODE -> after `posted TOKEN` it waits for a line, then says what it has read.
import { createInterface } from 'node:readline';

const [base, key, code] = process.argv.slice(2);

async function ask(path, form, more = {}) {
  const answer = await fetch(`${base}/${path}.${form}`, more);
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}
function tag(text, name) {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? null;
}
function expect(right, what) {
  if (!right) throw new Error(what);
}

const discovery = JSON.parse((await ask('discovery', 'json')).text);
expect(discovery.endpoints[0].formats.includes('text/xml'), 'discovery');
const services = JSON.parse((await ask('services', 'json')).text);
expect(services.some((one) => one.service_code === code), 'services');
expect((await ask(`services/${code}`, 'xml')).text.includes('<service_definition>'), 'definition');

const said = { service_code: code, lat: '39.0391', long: '117.7012', description: '桥下 <一堆> & 垃圾', email: 'a@example.org' };
const post = (more) => ask('requests', 'xml', { method: 'POST', body: new URLSearchParams({ ...said, ...more }) });
expect((await post({})).status === 403, 'a key is needed');
const posted = await post({ api_key: key });
expect(posted.status === 200 && posted.type === 'text/xml; charset=utf-8', posted.text);
const token = tag(posted.text, 'token');
expect(tag((await post({ api_key: key })).text, 'token') === token, 'the same again is the same');
const waiting = JSON.parse((await ask(`tokens/${token}`, 'json')).text);
expect(waiting[0].service_request_id === null, 'it waits');
console.log(`posted ${token}`);

for await (const _line of createInterface({ input: process.stdin })) break;

const id = tag((await ask(`tokens/${token}`, 'xml')).text, 'service_request_id');
const one = JSON.parse((await ask(`requests/${id}`, 'json')).text)[0];
const listed = (await ask('requests', 'xml')).text;
expect(listed.includes(`<service_request_id>${id}</service_request_id>`), 'it is listed');
expect(!listed.includes('桥下'), 'what was typed is not');
console.log(JSON.stringify({ id, status: one.status, lat: one.lat, long: one.long }));
process.exit(0);
