// On a narrow screen the pages open from a button that Streamlit calls "Expand sidebar" and shows as an arrow. Its word,
// in the language the page is in (start_page.css), is its name too.
new MutationObserver(() => {
  const button = document.querySelector('[data-testid="stExpandSidebarButton"]')
  const { lang } = document.documentElement
  if (!button || button.lang === lang) return
  button.lang = lang
  button.ariaLabel = JSON.parse(getComputedStyle(button).getPropertyValue("--menu"))
}).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["lang"] })

// Streamlit closes the drawer after a choice where the browser calls itself a telephone's; a narrow window covers as much.
document.addEventListener("click", ({ target }) => {
  const drawer = target.closest('[data-testid="stSidebar"]')
  if (!drawer || !target.closest("a") || innerWidth > 768) return
  const open = () => drawer.isConnected && drawer.dataset.collapsed !== "true"
  setTimeout(() => open() && drawer.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click(), 200)
})
