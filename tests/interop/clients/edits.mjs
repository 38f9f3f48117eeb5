// Random edits of every shared type, from a seed. Delete-heavy, emoji-heavy, and fond of edges: cut surrogate pairs,
// nested types that go with their parent, undo and redo, formatting, whole subtrees.
import * as Y from 'yjs'

/** A small seeded generator (mulberry32): the same seed gives the same edits. */
export const makeRandom = seed => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = n => Math.floor(next() * n)
  return { next, below, pick: items => items[below(items.length)], chance: probability => next() < probability }
}

const WORDS = ['word ', 'a', 'zwölf ', '漢字', 'שלום', '👩', '👩‍👩‍👧‍👦', '🏳️‍🌈', 'e\u0301', '\n', '😀😀', ' ']

const words = (random, most = 3) => Array.from({ length: 1 + random.below(most) }, () => random.pick(WORDS)).join('')

const range = (random, length, most) => {
  const at = random.below(length)
  return [at, 1 + random.below(Math.min(most, length - at))]
}

// Where a format begins or ends, Yjs cuts a pair even when the format changes nothing and so tells nobody:
// the one operation whose edges have to stand between whole characters for Yjs to agree with itself.
const wholeCharacters = (text, [at, count]) => {
  const units = text.toDelta().map(({ insert }) => (typeof insert === 'string' ? insert : '.')).join('')
  const low = index => index < units.length && (units.charCodeAt(index) & 0xfc00) === 0xdc00
  const start = low(at) ? at - 1 : at
  const end = low(at + count) ? at + count + 1 : at + count
  return [start, end - start]
}

const editText = (random, text) => {
  const length = text.length
  const dice = random.next()
  if (length && dice < 0.45) text.delete(...range(random, length, 6))
  else if (length && dice < 0.55) text.format(...wholeCharacters(text, range(random, length, 10)), { [random.pick(['bold', 'italic'])]: random.pick([true, null]) })
  else if (dice < 0.58) text.insertEmbed(random.below(length + 1), { image: random.below(100) })
  // Any index is fair, also the one between the halves of a pair.
  else text.insert(random.below(length + 1), words(random))
}

const leaf = random => random.pick([
  () => random.below(1000),
  () => -random.next(),
  () => words(random),
  () => random.chance(0.5),
  () => null,
  () => undefined,
  () => new Uint8Array([1, 2, 3, random.below(256)]),
  () => ({ nested: [1, { deep: words(random) }] }),
  () => new Y.Text(words(random)),
  () => new Y.Array(),
  () => new Y.Map([['key', random.below(10)]])
])()

const editMap = (random, map) => {
  const key = `k${random.below(6)}`
  const value = map.get(key)
  if (value instanceof Y.Text && random.chance(0.6)) return editText(random, value)
  if (value instanceof Y.Array && random.chance(0.6)) return editList(random, value)
  if (value instanceof Y.Map && random.chance(0.6)) return editMap(random, value)
  if (random.chance(0.4)) map.delete(key)
  else map.set(key, leaf(random))
}

const editList = (random, list) => {
  if (list.length && random.chance(0.4)) return list.delete(...range(random, list.length, 4))
  if (list.length && random.chance(0.4)) {
    const value = list.get(random.below(list.length))
    if (value instanceof Y.Text) return editText(random, value)
    if (value instanceof Y.Array) return editList(random, value)
    if (value instanceof Y.Map) return editMap(random, value)
  }
  // `undefined` inside an array is what no application writes: it reads back as null elsewhere.
  list.insert(random.below(list.length + 1), Array.from({ length: 1 + random.below(3) }, () => leaf(random) ?? 0))
}

const block = (random, depth = 0) => {
  const element = new Y.XmlElement(random.pick(['paragraph', 'heading', 'blockquote', 'listItem']))
  if (random.chance(0.3)) element.setAttribute('level', String(random.below(6)))
  if (depth < 3 && random.chance(0.4)) element.insert(0, [block(random, depth + 1), block(random, depth + 1)])
  else element.insert(0, [new Y.XmlText(words(random))])
  return element
}

const editProse = (random, parent) => {
  if (parent.length && random.chance(0.25)) return parent.delete(...range(random, parent.length, 3))
  if (parent.length && random.chance(0.65)) {
    const child = parent.get(random.below(parent.length))
    if (child instanceof Y.XmlText) return editText(random, child)
    if (random.chance(0.2)) return random.chance(0.5) ? child.setAttribute('align', words(random)) : child.removeAttribute('align')
    return editProse(random, child)
  }
  parent.insert(random.below(parent.length + 1), [block(random)])
}

/** Make one random edit, sometimes several in one transaction. */
export const edit = (random, doc, origin = 'user') => {
  doc.transact(() => {
    for (let times = random.chance(0.15) ? 1 + random.below(5) : 1; times > 0; times--) {
      const dice = random.next()
      if (dice < 0.4) editText(random, doc.getText('text'))
      else if (dice < 0.65) editProse(random, doc.getXmlFragment('prose'))
      else if (dice < 0.8) editMap(random, doc.getMap('map'))
      else if (dice < 0.97) editList(random, doc.getArray('list'))
      else doc.getMap('subdocuments').set(`s${random.below(3)}`, new Y.Doc({ guid: `sub-${random.below(1000)}` }))
    }
  }, origin)
}

/** An editor with undo: mostly edits, now and then takes back and does again. */
export const makeEditor = (random, doc, origin = 'user') => {
  const undo = new Y.UndoManager([doc.getText('text'), doc.getXmlFragment('prose'), doc.getMap('map')], {
    trackedOrigins: new Set([origin]),
    captureTimeout: 0
  })
  return () => {
    if (random.chance(0.08)) undo.undo()
    else if (random.chance(0.05)) undo.redo()
    else edit(random, doc, origin)
  }
}
