/** Arabic. */
import { counted } from '../plurals';
import type { TrashMessages } from './en';

const days = (n: number) =>
  counted('ar', n, { one: 'يوم واحد', two: 'يومين', few: '# أيام', many: '# يومًا', other: '# يوم' });

export const ar: TrashMessages = {
  title: 'سلة المهملات',
  kept: (n) => `تُحذف المستندات نهائيًا بعد ${days(n)} في سلة المهملات.`,
  keptForEver: 'تبقى المستندات هنا حتى يحذفها أحد نهائيًا.',
  none: 'سلة المهملات فارغة',
  noneForYou: 'لا يستعيد مستندًا من سلة المهملات إلا من يديره، وليس فيها أي من مستنداتك.',
  deleted: (ago) => `حُذف: ${ago}`,
  restore: 'استعادة',
  restoreOne: (title) => `استعادة «${title}»`,
  remove: 'حذف نهائي',
  removeOne: (title) => `حذف نهائي: «${title}»`,
  restored: (title) => `عاد «${title}» إلى مستنداتك.`,
  removed: (title) => `حُذف «${title}» نهائيًا.`,
  failed: (reason) => `لم ينجح ذلك: ${reason}`,
  unreachable: 'سلة المهملات على الخادم، ولا يمكن الوصول إليه الآن.',
  retry: 'حاول مرة أخرى',
  loading: 'جارٍ فتح سلة المهملات',
  more: 'عرض المزيد',
  sure: {
    title: (title) => `حذف «${title}» نهائيًا؟`,
    body: 'يُحذف النص وكل الإصدارات السابقة والصور والروابط المؤدية إليه لدى الجميع. لا يمكن التراجع عن ذلك.',
    cancel: 'إلغاء',
  },
};
