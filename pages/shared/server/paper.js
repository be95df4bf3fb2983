// A printed page says where it is from and of which day. The token of a private link stands behind "#", which is left out.
addEventListener("beforeprint", () => {
  const language = document.documentElement.lang
  const day = new Date().toLocaleDateString(language === "en" ? "en-GB" : language, { dateStyle: "long" })
  const address = `${location.origin}${location.pathname}${location.search}`
  document.querySelector(".st-key-footer")?.setAttribute("data-printed", `${address} · ${day}`)
})
