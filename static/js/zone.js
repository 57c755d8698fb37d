// The zone in which times are shown: the account's, as on every page the server renders; for
// whoever is not signed in, the browser's.

const { lang, dataset } = document.documentElement;

export const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

// A browser may not know a zone that the server does.
export const formatter = (options) => {
  try {
    return new Intl.DateTimeFormat(lang, { ...options, timeZone: dataset.timeZone || undefined });
  } catch {
    return new Intl.DateTimeFormat(lang, options);
  }
};
