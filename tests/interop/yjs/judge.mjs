// Judges journals with Yjs. JSON lines on stdin: {rows, local, deleted}; on stdout for each the reason why it is wrong, or null.
// A journal is right when every prefix of it leaves nothing pending, when all of it is the document that the clients'
// own updates make, and when everything that the server takes for deleted is.
import fs from 'node:fs'
import readline from 'node:readline'
import * as Y from 'yjs'
import { difference } from '../clients/truth.mjs'

const bytes = hex => Buffer.from(hex, 'hex')

const made = (updates, each = () => {}) => {
  const doc = new Y.Doc()
  updates.forEach((update, index) => {
    doc.transact(transaction => {
      Y.applyUpdate(doc, bytes(update))
      // Else Yjs would tidy up behind the edits of others, which is an edit: marks that mean nothing any more go.
      transaction.local = true
    })
    each(doc, index)
  })
  return doc
}

const judge = ({ rows, local, deleted }) => {
  let pending = null
  const doc = made(rows, ({ store }, index) => {
    if (pending === null && (store.pendingStructs ?? store.pendingDs)) pending = index
  })
  if (pending !== null) return `row ${pending} (${rows[pending]}) leaves something pending`
  const different = difference([made(local), doc], ['the document', 'the journal'])
  if (different !== null) return different
  const { ds } = Y.snapshot(doc)
  for (const [client, clock, length] of deleted ?? []) {
    for (let at = clock; at < clock + length; at++) {
      if (!Y.isDeleted(ds, Y.createID(client, at))) return `${client}:${at} is taken for deleted and is not`
    }
  }
  return null
}

for await (const line of readline.createInterface({ input: fs.createReadStream(null, { fd: 0 }) })) {
  let verdict
  try {
    verdict = judge(JSON.parse(line))
  } catch (error) {
    verdict = String(error.stack)
  }
  process.stdout.write(`${JSON.stringify(verdict)}\n`)
}
