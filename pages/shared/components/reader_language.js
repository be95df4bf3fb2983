// The page says which language it is in, for screen readers and hyphenation: it was served in the browser's, and the
// reader has chosen another since.
export default function ({ data }) {
  document.documentElement.lang = data.language;
}
