import { getSchema } from '@tiptap/core';
import { Node, Slice } from '@tiptap/pm/model';
import { EditorState } from '@tiptap/pm/state';
import { expect, test } from 'vitest';
import { schema } from '../../extensions';
import { holdsImages, lift, losesImages } from './lifted';

const model = getSchema(schema);
const pixel = `data:image/gif;base64,${btoa('GIF89a')}`;
const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] });
const image = (src: string) => ({ type: 'image', attrs: { src, alt: 'A pixel', width: 40 } });

function doc(...content: object[]): Node {
  return Node.fromJSON(model, { type: 'doc', content });
}

test('what is pasted leaves its images at the door, each with a place to come back to', async () => {
  const pasted = doc(
    paragraph('one'),
    image(pixel),
    { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph('two'), image(pixel)] }] },
    image('https://example.org/a.png'),
  );
  const slice = new Slice(pasted.content, 0, 0);
  expect(holdsImages(slice)).toBe(true);
  const state = EditorState.create({ doc: doc(image(pixel), paragraph('before'), paragraph('after')) });
  const { tr } = state;
  tr.insert(9, slice.content);
  const lifted = lift(tr);
  tr.doc.check();
  expect(lifted.map(({ attrs }) => attrs.alt)).toEqual(['A pixel', 'A pixel']);
  expect(await lifted[0]?.file.text()).toBe('GIF89a');
  expect(lifted[0]?.file.type).toBe('image/gif');
  for (const { pos } of lifted) {
    const { parent } = tr.doc.resolve(pos);
    expect([parent.type.name, parent.content.size]).toEqual(['paragraph', 0]);
  }
  expect(tr.doc.resolve(lifted[1]?.pos ?? 0).node(-1).type.name).toBe('listItem');
  const sources: string[] = [];
  tr.doc.descendants((node) => {
    if (node.type.name === 'image') sources.push(String(node.attrs.src).slice(0, 8));
  });
  expect(sources).toEqual(['data:ima', 'https://']); // what was there before is not touched
});

test('nothing is lifted where there is nothing', () => {
  const slice = new Slice(doc(paragraph('a'), image('/files/1')).content, 0, 0);
  expect(holdsImages(slice)).toBe(false);
  const { tr } = EditorState.create({ doc: doc(paragraph('before')) });
  expect(lift(tr.insert(0, slice.content))).toEqual([]);
});

test.each([
  ['<img width=3 src="file:///C:/Temp/image001.png">', true],
  ["<p><img src='cid:1@x'></p>", true],
  ['<img src="blob:https://docs.example/1">', true],
  ['<img src="data:image/svg+xml,%3csvg/%3e">', true],
  [`<img src="${pixel}">`, false],
  ['<img src="https://example.org/a.png"><a href="file:///x">file</a>', false],
])('%s: out of reach %s', (html, lost) => {
  expect(losesImages(html)).toBe(lost);
});
