// What a document is, in a form that two processes can compare byte for byte.
import * as Y from 'yjs'

// Attributes are a map: two equal documents may list them in another order.
const inOrder = (_, value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

const plain = value => {
  if (value instanceof Y.Doc) return { subdocument: value.guid }
  if (value instanceof Y.Text && !(value instanceof Y.XmlText)) return { text: value.toDelta() }
  if (value instanceof Y.XmlText) return { xmlText: value.toDelta() }
  if (value instanceof Y.XmlElement) {
    return { element: value.nodeName, attributes: value.getAttributes(), children: value.toArray().map(plain) }
  }
  if (value instanceof Y.XmlFragment) return { fragment: value.toArray().map(plain) }
  if (value instanceof Y.Array) return { array: value.toArray().map(plain) }
  if (value instanceof Y.Map) {
    return { map: Object.fromEntries([...value.entries()].map(([key, item]) => [key, plain(item)])) }
  }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  return value
}

/** The root types of every document in these tests: a type is never guessed. */
export const ROOTS = { text: 'getText', prose: 'getXmlFragment', list: 'getArray', map: 'getMap', subdocuments: 'getMap' }

/** Return {json, vector, deletes, pending} of a document: equal strings mean equal documents. */
export const truth = doc => {
  const json = {}
  for (const [name, get] of Object.entries(ROOTS)) json[name] = plain(doc[get](name))
  const snapshot = Y.snapshot(doc)
  return {
    json: JSON.stringify(json, inOrder),
    vector: Buffer.from(Y.encodeStateVector(doc)).toString('hex'),
    deletes: Buffer.from(Y.encodeSnapshot(new Y.Snapshot(snapshot.ds, new Map()))).toString('hex'),
    pending: Boolean(doc.store.pendingStructs ?? doc.store.pendingDs)
  }
}

/** Say where the documents differ, or return null when all are the same. */
export const difference = (documents, names = documents.map((_, index) => `document ${index}`)) => {
  const truths = documents.map(truth)
  for (const aspect of ['json', 'vector', 'deletes', 'pending']) {
    for (let index = 1; index < truths.length; index++) {
      if (truths[index][aspect] !== truths[0][aspect]) {
        const [a, b] = [String(truths[0][aspect]), String(truths[index][aspect])]
        let at = 0
        while (a[at] === b[at]) at++
        const around = text => text.slice(Math.max(0, at - 60), at + 60)
        return `${aspect} of ${names[0]} and ${names[index]} differ at ${at}: …${around(a)}… against …${around(b)}…`
      }
    }
  }
  return truths[0].pending ? `${names[0]} holds pending structs or deletes` : null
}
