// On a narrow screen the pages open from a button that Streamlit calls "Expand sidebar" and shows as an arrow. Its word,
// in the language the page is in (start_page.css), is its name too.
new MutationObserver(() => {
  const button = document.querySelector('[data-testid="stExpandSidebarButton"]')
  const { lang } = document.documentElement
  if (!button || button.lang === lang) return
  button.lang = lang
  button.ariaLabel = JSON.parse(getComputedStyle(button).getPropertyValue("--menu"))
}).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["lang"] })
