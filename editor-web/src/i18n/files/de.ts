import type { FilesMessages } from './en';

export const de: FilesMessages = {
  import: 'Importieren',
  importHint: 'Eine Word-, OpenDocument-, HTML-, Markdown- oder Textdatei importieren',
  importing: (name) => `„${name}“ wird importiert …`,
  drop: 'Dateien hier ablegen, um Dokumente daraus zu machen',
  failed: (name, reason) => `„${name}“ konnte nicht importiert werden: ${reason}`,
  unreachable: 'Der Server ist nicht erreichbar.',
  export: 'Herunterladen',
  exporting: (format) => `${format} wird vorbereitet …`,
  exportFailed: (format, reason) => `${format} war nicht zu bekommen: ${reason}`,
  loading: 'Die Formate werden geladen',
  names: {
    pdf: 'PDF',
    docx: 'Word',
    odt: 'OpenDocument',
    epub: 'E-Book',
    tex: 'LaTeX',
    rtf: 'Rich Text',
    pptx: 'PowerPoint',
    md: 'Markdown',
    html: 'Webseite',
    txt: 'Nur Text',
    json: 'JSON',
    yjs: 'Yjs-Update',
  },
};
