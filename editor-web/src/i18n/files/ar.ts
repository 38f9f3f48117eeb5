/** Arabic words for files in and out. */
import type { FilesMessages } from './en';

export const ar: FilesMessages = {
  import: 'استيراد',
  importHint: 'استيراد ملف Word أو OpenDocument أو HTML أو Markdown أو نص',
  importing: (name) => `جارٍ استيراد «${name}»…`,
  drop: 'أفلت الملفات هنا لتصبح مستندات',
  failed: (name, reason) => `تعذّر استيراد «${name}»: ${reason}`,
  unreachable: 'تعذّر الوصول إلى الخادم.',
  export: 'تنزيل',
  exporting: (format) => `جارٍ إعداد ${format}…`,
  exportFailed: (format, reason) => `تعذّر الحصول على ${format}: ${reason}`,
  loading: 'جارٍ تحميل الصيغ',
  names: {
    pdf: 'PDF',
    docx: 'Word',
    odt: 'OpenDocument',
    epub: 'كتاب إلكتروني',
    tex: 'LaTeX',
    rtf: 'نص منسّق',
    pptx: 'PowerPoint',
    md: 'Markdown',
    html: 'صفحة ويب',
    txt: 'نص عادي',
    json: 'JSON',
    yjs: 'تحديث Yjs',
  },
};
