// The page says which language it is in, for screen readers and hyphenation (it was served in the browser's, and the
// reader may have chosen another since), and which of its texts are in English: those of the catalogue.
const at = (globalThis.integrationPracticesLanguage ??= { watch: null, asked: 0 })

export default function ({ data }) {
  document.documentElement.lang = data.language
  const mark = () => {
    for (const one of document.querySelectorAll("span.stMarkdownColoredText:not([lang])"))
      if (data.colours.includes(getComputedStyle(one).color)) one.lang = "en"
  }
  at.watch?.disconnect()
  at.watch = new MutationObserver(() => {
    cancelAnimationFrame(at.asked)
    at.asked = requestAnimationFrame(mark)
  })
  at.watch.observe(document.body, { childList: true, subtree: true })
  mark()
}
