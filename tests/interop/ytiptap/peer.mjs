// Reads and writes documents as the browser does: JSON lines in, JSON lines out, in the same order.
// Each line is {kind: argument}; {schema} comes first, updates are base64.
import { createInterface } from 'node:readline';
import {
  prosemirrorToYXmlFragment, yXmlFragmentToProseMirrorRootNode, yXmlFragmentToProsemirrorJSON,
} from '@tiptap/y-tiptap';
import { Node, Schema } from 'prosemirror-model';
import * as Y from 'yjs';

let schema;

const encode = (doc) => Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64');
const decode = (text) => Buffer.from(text, 'base64');

/** Write one state of a document after the other into the same fragment, as an editor's changes are written. */
function write(states) {
  const doc = new Y.Doc();
  const fragment = doc.getXmlFragment('default');
  let last;
  for (const json of states) {
    last = Node.fromJSON(schema, json);
    prosemirrorToYXmlFragment(last, fragment);
  }
  return { update: encode(doc), json: last.toJSON() };
}

/** Two editors change a document at the same time and then see each other's changes. */
function merge({ base, left, right }) {
  const [first, second] = [new Y.Doc(), new Y.Doc()];
  prosemirrorToYXmlFragment(Node.fromJSON(schema, base), first.getXmlFragment('default'));
  Y.applyUpdate(second, Y.encodeStateAsUpdate(first));
  prosemirrorToYXmlFragment(Node.fromJSON(schema, left), first.getXmlFragment('default'));
  prosemirrorToYXmlFragment(Node.fromJSON(schema, right), second.getXmlFragment('default'));
  Y.applyUpdate(first, Y.encodeStateAsUpdate(second));
  return { update: encode(first), raw: yXmlFragmentToProsemirrorJSON(first.getXmlFragment('default')) };
}

/** What an editor shows of an update, and whether opening it makes the editor change it. */
function read(update) {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, decode(update));
  let changed = false;
  doc.on('update', () => { changed = true; });
  const fragment = doc.getXmlFragment('default');
  const raw = yXmlFragmentToProsemirrorJSON(fragment);
  const node = yXmlFragmentToProseMirrorRootNode(fragment, schema);
  let valid = true;
  try {
    node.check();
  } catch {
    valid = false;
  }
  return { json: node.toJSON(), raw, changed, valid, pending: doc.store.pendingStructs !== null };
}

/** A generic document: {name: [kind, content]} as an update and as Yjs's own JSON. */
function generic(roots) {
  const doc = new Y.Doc();
  for (const [name, [kind, content]] of Object.entries(roots)) {
    if (kind === 'text') doc.getText(name).applyDelta(content);
    if (kind === 'list') doc.getArray(name).push(content.map(shared));
    if (kind === 'map') for (const [key, value] of Object.entries(content)) doc.getMap(name).set(key, shared(value));
    if (kind === 'xml') doc.getXmlFragment(name).insert(0, content.map(element));
  }
  return { update: encode(doc), json: JSON.parse(JSON.stringify(doc.toJSON())) };
}

function shared(value) {
  if (Array.isArray(value)) return Y.Array.from(value.map(shared));
  if (value !== null && typeof value === 'object' && 'text' in value) return new Y.Text(value.text);
  if (value !== null && typeof value === 'object') return new Y.Map(Object.entries(value).map(([k, v]) => [k, shared(v)]));
  return value;
}

function element(node) {
  if (typeof node === 'string') return new Y.XmlText(node);
  const made = new Y.XmlElement(node.tag);
  for (const [name, value] of Object.entries(node.attrs ?? {})) made.setAttribute(name, value);
  made.insert(0, (node.children ?? []).map(element));
  return made;
}

const answers = {
  schema: (spec) => { schema = new Schema(spec); return {}; },
  write, merge, read, generic,
};

for await (const line of createInterface({ input: process.stdin })) {
  const [[kind, argument]] = Object.entries(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(answers[kind](argument))}\n`);
}
