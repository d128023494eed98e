import { CATEGORIES, CATEGORY_SUMS, type Category } from './categories.ts';
import { COUNTRIES, COUNTRY_SUMS, type Country } from './geography.ts';
import { Random, Streams, runningSums } from './random.ts';

/** A shop, on a street or on the net. */
export interface Merchant {
  readonly id: string;
  readonly category: Category;
  readonly country: Country;
  readonly online: boolean;
  readonly lat: number;
  readonly lon: number;
  /** Its price level: how its amounts compare with the category's. */
  readonly priceFactor: number;
  /** Tills, named by `terminalId`; 0 online. */
  readonly terminals: number;
}

/** Merchants that can be drawn by weight. */
class Shelf {
  readonly #merchants: readonly Merchant[];
  readonly #sums: Float64Array;

  constructor(merchants: readonly Merchant[], weight: (merchant: Merchant, rank: number) => number) {
    this.#merchants = merchants;
    this.#sums = runningSums(merchants.map(weight));
  }

  draw(random: Random): Merchant {
    const merchant = this.#merchants[random.weighted(this.#sums)];
    if (merchant === undefined) throw new RangeError('draw from an empty shelf');
    return merchant;
  }
}

function createMerchant(index: number, random: Random): Merchant {
  // The first few give every country a street shop, however small the market.
  const guaranteed = index < 3 * COUNTRIES.length;
  const country = COUNTRIES[guaranteed ? index % COUNTRIES.length : random.weighted(COUNTRY_SUMS)] as Country;
  const category = CATEGORIES[
    guaranteed ? Math.floor(index / COUNTRIES.length) : random.weighted(CATEGORY_SUMS)
  ] as Category;
  const online = random.chance(category.online) && !guaranteed;
  const [lat, lon] = random.pick(country.cities);
  return {
    id: `m-${index}`,
    category,
    country,
    online,
    lat: lat + 0.08 * random.normal(),
    lon: lon + 0.12 * random.normal(),
    priceFactor: random.logNormal(1, 0.25),
    terminals: online ? 0 : 1 + random.below(4),
  };
}

/** Popularity falls with the rank, slowly: a few large shops, many small ones. */
const popularity = (merchant: Merchant, rank: number): number => merchant.category.weight / Math.sqrt(rank + 4);

/** All merchants of a simulation; a function of its seed and size. */
export class Market {
  readonly #streets: ReadonlyMap<string, Shelf>;
  readonly #backStreets: ReadonlyMap<string, Shelf>;
  readonly #web: Shelf;
  readonly #thievesStreets: ReadonlyMap<string, Shelf>;
  readonly #thievesWeb: Shelf;

  constructor(seed: number, size: number) {
    const streams = new Streams(seed, 'merchant');
    const merchants = Array.from({ length: Math.max(size, 200) }, (_, index) =>
      createMerchant(index, streams.at(index)),
    );
    const web = merchants.filter((merchant) => merchant.online);
    const streets = (weight: (merchant: Merchant, rank: number) => number): ReadonlyMap<string, Shelf> =>
      new Map(
        COUNTRIES.map(({ code }) => [
          code,
          new Shelf(
            merchants.filter((m) => !m.online && m.country.code === code),
            weight,
          ),
        ]),
      );
    const appeal = (merchant: Merchant): number => merchant.category.appeal + 0.02;
    this.#streets = streets(popularity);
    this.#backStreets = streets(() => 1);
    this.#thievesStreets = streets(appeal);
    this.#web = new Shelf(web, popularity);
    this.#thievesWeb = new Shelf(web, appeal);
  }

  /** A shop on a street of `country`, popular ones more often. */
  street(random: Random, country: Country): Merchant {
    return Market.#shelf(this.#streets, country).draw(random);
  }

  /** A shop on a street of `country`, each as likely as any other: mostly small ones. */
  backStreet(random: Random, country: Country): Merchant {
    return Market.#shelf(this.#backStreets, country).draw(random);
  }

  /** A shop on the net, anywhere. */
  web(random: Random): Merchant {
    return this.#web.draw(random);
  }

  /** A shop that a thief with a stolen card would choose. */
  thievesChoice(random: Random, where: Country | 'web'): Merchant {
    return where === 'web' ? this.#thievesWeb.draw(random) : Market.#shelf(this.#thievesStreets, where).draw(random);
  }

  static #shelf(shelves: ReadonlyMap<string, Shelf>, country: Country): Shelf {
    const shelf = shelves.get(country.code);
    if (shelf === undefined) throw new RangeError(`no merchants in ${country.code}`);
    return shelf;
  }
}
