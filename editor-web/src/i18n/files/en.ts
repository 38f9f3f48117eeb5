/** English words for files in and out; every other language must give exactly these. */
export const en = {
  import: 'Import',
  importHint: 'Import a Word, OpenDocument, HTML, Markdown or text file',
  importing: (name: string) => `Importing “${name}”…`,
  drop: 'Drop files here to make documents of them',
  failed: (name: string, reason: string) => `“${name}” could not be imported: ${reason}`,
  unreachable: 'the server cannot be reached.',
  export: 'Download',
  exporting: (format: string) => `Preparing ${format}…`,
  exportFailed: (format: string, reason: string) => `${format} could not be had: ${reason}`,
  loading: 'Loading the formats',
  names: {
    pdf: 'PDF',
    docx: 'Word',
    odt: 'OpenDocument',
    epub: 'E-book',
    tex: 'LaTeX',
    rtf: 'Rich text',
    pptx: 'PowerPoint',
    md: 'Markdown',
    html: 'Web page',
    txt: 'Plain text',
    json: 'JSON',
    yjs: 'Yjs update',
  } as Record<string, string>,
};

export type FilesMessages = typeof en;
