// Map and list of the hazards: marks on tiles where there are some, blocks otherwise; both, and the list, follow what happens.
import { get } from "../api.js";
import { complain, el, settle, state } from "../dom.js";
import { debounce, looking, onEntries, onResync, start } from "../live.js";
import { say } from "../texts.js";

const CLOCK_MS = 60000;
const MARGIN = 0.004;
const CLOSE = 17;
// A mark says how far it is by its sign, not by its colour alone.
const SIGNS = { reported: "?", accepted: "!", assigned: "▶", suspended: "‖", fixed: "◐", verified: "✓", declined: "×", duplicate: "=", void: "×" };
const more = document.getElementById("map-more");
const place = document.getElementById("map");
const marks = new Map();
let map = null;
let layer = null;

const query = (bbox) => new URLSearchParams({ ...Object.fromEntries(Object.entries(state.query).filter(([, said]) => said !== null)), bbox });
const words = ({ properties: one }) => [one.category_name, one.building || one.title, one.overdue && say("hz_map_overdue")].filter(Boolean).join(" · ");

function popup(feature) {
  const inList = document.getElementById(`h-${feature.id}`);
  return el("div", {}, el("p", { class: "where" }, words(feature)), el("p", {}, feature.properties.number),
    inList && el("a", { class: "target", href: `#h-${feature.id}` }, say("hz_map_in_list")));
}

// The list beside it holds the same: for who has no pointer the marks would be a thousand stops on the way.
function mark(feature) {
  const [lon, lat] = feature.geometry.coordinates;
  const { status, overdue, urgent } = feature.properties;
  const icon = window.L.divIcon({ className: `mark ${status}${overdue || urgent ? " bad" : ""}`, html: SIGNS[status], iconSize: [28, 28] });
  return window.L.marker([lat, lon], { icon, keyboard: false, alt: words(feature) }).bindPopup(() => popup(feature));
}

const refreshMap = looking(async () => {
  if (!map) return;
  const bounds = map.getBounds().pad(0.1);
  const within = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(6);
  const bbox = [within(bounds.getWest(), 180), within(bounds.getSouth(), 90), within(bounds.getEast(), 180), within(bounds.getNorth(), 90)];
  try {
    const found = await get(`/hazards/map?${query(bbox.join(","))}`);
    layer.clearLayers();
    marks.clear();
    for (const feature of found.features) {
      const made = mark(feature).addTo(layer);
      marks.set(feature.id, made);
    }
    more.hidden = !found.more;
    more.textContent = found.more ? say("hz_map_more", { n: found.features.length }) : "";
    place.dataset.marks = found.features.length;
    settle(false);
  } catch (refused) {
    complain(refused);
  }
});

function begin() {
  const { L } = window;
  map = L.map(place, { attributionControl: false, zoomControl: false, minZoom: 3, maxZoom: 18 });
  L.control.zoom({ zoomInTitle: say("hz_map_in"), zoomOutTitle: say("hz_map_out") }).addTo(map);
  state.tiles.forEach((tiles) => L.tileLayer(tiles, { maxZoom: 18, referrerPolicy: "origin" }).addTo(map));
  const [south, west, north, east] = state.around ?? [39.0, 117.6, 39.1, 117.8];
  map.fitBounds([[south - MARGIN, west - MARGIN], [north + MARGIN, east + MARGIN]]);
  layer = L.layerGroup().addTo(map);
  map.on("moveend", debounce(refreshMap));
  if (state.attribution) place.after(el("p", { class: "hint" }, state.attribution));
}

// From the list to its place on the map, and the keyboard goes along.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-show]");
  if (!button || !map) return;
  map.setView([Number(button.dataset.lat), Number(button.dataset.lon)], Math.max(map.getZoom(), CLOSE), { animate: false });
  marks.get(button.dataset.show)?.openPopup();
  place.scrollIntoView({ block: "nearest" });
  place.focus();
});

// Blocks stand where their communities lie; on a phone they follow each other.
function lay() {
  document.querySelectorAll("#blocks > li").forEach((one) => {
    one.style.setProperty("--column", one.dataset.column);
    one.style.setProperty("--row", one.dataset.row);
  });
  document.getElementById("blocks")?.style.setProperty("--columns", state.columns);
}

// What the server has laid is taken over from a fresh copy of the page; what somebody is in is left until they have gone on.
const refresh = looking(async () => {
  refreshMap();
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (fresh && fresh.textContent !== part.textContent && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
  }
  lay();
});
const soon = debounce(refresh);

onEntries((entries) => entries.some(({ type }) => type.startsWith("hazard.")) && soon());
onResync(refresh);
setInterval(refresh, CLOCK_MS);
lay();
if (place) {
  begin();
  refreshMap();
}
start();
