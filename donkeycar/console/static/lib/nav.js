// The bar of pages, at the top of every page and in the menu of the drive page.

/** Fill the element `#pages` with a link to each page that this console serves. */
export async function showPages(bar = document.getElementById("pages")) {
  const answer = await fetch("/pages");
  if (!answer.ok) return;
  const { pages, name } = await answer.json();
  const here = location.pathname.split("/")[1];
  const links = pages.map((page) => {
    const link = document.createElement("a");
    link.href = page.path;
    link.textContent = page.title;
    if (page.name === here) link.setAttribute("aria-current", "page");
    return link;
  });
  const place = document.createElement("span");
  place.className = "place";
  place.textContent = name;
  bar.replaceChildren(place, ...links);
  bar.hidden = pages.length < 2;
}
