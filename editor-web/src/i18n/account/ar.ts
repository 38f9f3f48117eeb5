import { counted } from '../plurals';
import type { AccountMessages } from './en';

const changes = (n: number) =>
  counted('ar', n, {
    zero: 'لا تغييرات',
    one: 'تغيير واحد',
    two: 'تغييران',
    few: '# تغييرات',
    many: '# تغييرًا',
    other: '# تغيير',
  });

export const ar: AccountMessages = {
  signIn: 'تسجيل الدخول',
  signInWith: (name) => `تسجيل الدخول عبر ${name}`,
  welcome: { title: 'مكان هادئ للكتابة معًا', body: 'سجّل الدخول لترى مستنداتك.' },
  closed: { title: 'سجّل الدخول لفتح هذا المستند', body: 'ستعود إليه مباشرة.' },
  again: {
    title: 'يرجى تسجيل الدخول من جديد',
    body: 'لقد سُجّل خروجك. لم يُفقد شيء: كلماتك على هذا الجهاز وستصل إلى الخادم حالما تعود.',
    loose: 'بعضها في هذه النافذة فقط: أبقها مفتوحة. يُفتح تسجيل الدخول في نافذة أخرى.',
  },
  account: (name) => `الحساب: ${name}`,
  admin: 'يمكنك فعل كل شيء في كل المستندات.',
  nameHint: 'اسمك مأخوذ من حسابك.',
  signOut: 'تسجيل الخروج',
  signOutAnyway: 'سجّل الخروج واحذفها',
  stay: 'ابقَ مسجّلًا',
  unsent: (n) => `لم تصل إلى الخادم بعد: ${changes(n)} على هذا الجهاز. تسجيل الخروج يحذفها.`,
  failed: 'تعذّر الوصول إلى الخادم. ما زلت مسجّل الدخول.',
};
