"""English words of payees and purposes by category, written for this project. Data only.

Common nouns and names of well-known brands; no word comes from anybody's statement.
"""

from __future__ import annotations

WORDS = """
food: restaurant, diner, grill, bistro, steakhouse, pizzeria, pizza, burger, sushi, noodle house
food: ramen, bbq, taqueria, cantina, trattoria, tavern, kitchen, eatery, buffet
food: seafood restaurant, deli, sandwich shop, food court, canteen, cafeteria, catering, wings
food: fried chicken, kebab, curry house, mcdonalds, burger king, kfc, subway sandwiches, wendys
food: taco bell, chipotle, dominos, pizza hut, papa johns, five guys, shake shack, olive garden
food: applebees, dennys, ihop, chick-fil-a, popeyes, panda express, red lobster
food: outback steakhouse, texas roadhouse, cheesecake factory, nandos, wagamama, jimmy johns
food: arbys, sonic drive-in, cracker barrel, pf changs, tgi fridays, buffalo wild wings, lunch
food: dinner, thai cuisine, chinese restaurant, mexican grill, indian cuisine, dim sum, hot pot
food: crab house, oyster bar, pub food, meal, dining room, gastropub, crepes, tapas, falafel, pho
food: panera bread, pizzeria napoli, greek taverna, brasserie, fish and chips, hot dogs, gyros
food: poke bowl, salad bar, ristorante, osteria, chophouse, smokehouse
food.breakfast: breakfast, bagel, pancake house, waffle house, brunch, donut, dunkin donuts
food.breakfast: krispy kreme, einstein bros bagels, breakfast burrito, oatmeal, first watch
food.drinks: coffee, cafe, espresso, starbucks, costa coffee, tea house, bubble tea, juice bar
food.drinks: smoothie, peets coffee, tim hortons, caribou coffee, blue bottle, roasters, latte
food.drinks: dutch bros, jamba juice, gong cha, nespresso, coffee shop, vending drinks, brewery
food.drinks: winery, liquor store, wine shop, total wine, brewing company
food.snacks: bakery, ice cream, candy, chocolate, snacks, cupcake, frozen yogurt, baskin robbins
food.snacks: cold stone, ben and jerrys, pretzel, auntie annes, cinnabon, patisserie, gelato
food.snacks: dairy queen, godiva, sees candies, popcorn, fruit stand, creamery, sweets, cookies
food.snacks: insomnia cookies, pastry, fudge, nuts, doughnuts
food.delivery: doordash, uber eats, grubhub, deliveroo, just eat, food delivery, postmates
food.delivery: seamless, foodpanda, takeaway delivery, meal kit, hellofresh, skip the dishes
groceries: grocery, groceries, grocery store, supermarket, food mart, market basket, food lion
groceries: superfresh, shoprite, acme markets, giant food, kroger, safeway, publix, albertsons
groceries: wegmans, aldi, lidl, tesco, sainsburys, asda, morrisons, waitrose, carrefour, rewe
groceries: edeka, trader joes, whole foods, sprouts farmers market, stop and shop, winn-dixie
groceries: piggly wiggly, heb, meijer, hy-vee, food city, ralphs, vons, woolworths supermarket
groceries: coles, spar, co-op food, instacart, iga
groceries.fresh: butcher, fishmonger, farmers market, produce, fresh market, greengrocer
groceries.fresh: meat market, vegetables, organic farm, seafood market, dairy, eggs, csa box
groceries.fresh: poultry
groceries.daily: convenience store, corner store, 7-eleven, walmart, wal-mart, target, costco
groceries.daily: sams club, bjs wholesale, dollar general, dollar tree, family dollar, wawa
groceries.daily: household supplies, toiletries, detergent, laundry, dry cleaning, laundromat
groceries.daily: cleaners, paper goods, general store, postage, usps, fedex, ups store, dhl
groceries.daily: post office, parcel, shipping, royal mail, circle k, quik mart, poundland
groceries.daily: mini mart, five below, big lots, janitorial supplies, cleaning products
shopping: amazon, ebay, etsy, aliexpress, department store, macys, kohls, jcpenney, nordstrom
shopping: bloomingdales, marshalls, tj maxx, ross stores, outlet mall, gift shop, toys r us
shopping: toy store, hobby lobby, michaels, joann fabrics, crafts, party city, pet store, petsmart
shopping: petco, veterinary, jeweler, jewelry, watches, eyewear, optical, office supplies, staples
shopping: office depot, officemax, stationery, wb mason, uline, costume, florist supplies
shopping: sporting goods store, tobacco shop, antiques, pawn shop, temu, shein marketplace, shop
shopping: store, merchandise, boutique gifts, souvenirs, baby store, music store, guitar center
shopping: sewing, art supplies, dick blick, trophies, awards
shopping.clothes: clothing, apparel, shoes, footwear, fashion, boutique, menswear, lingerie
shopping.clothes: uniforms, h&m, zara, uniqlo, gap, old navy, nike, adidas, foot locker, payless
shopping.clothes: primark, levis, banana republic, american eagle, forever 21, victorias secret
shopping.clothes: dsw, famous footwear, tailor, alterations, handbags, luggage, jeans, lands end
shopping.clothes: under armour, puma, new balance, timberland, north face, patagonia
shopping.clothes: columbia sportswear, burlington coat, mens wearhouse, carters, asos, zalando
shopping.clothes: workwear, embroidery
shopping.digital: electronics, computer, laptop, best buy, apple store, microsoft store, newegg
shopping.digital: dell, hp, lenovo, samsung, camera, headphones, b&h photo, micro center, currys
shopping.digital: software, adobe, cdw, phone repair, printer, toner, radioshack, gadgets
shopping.digital: appliances, tv and video, cables, monoprice, computer repair, audio visual
shopping.digital: tiger direct
shopping.beauty: cosmetics, beauty, salon, hair salon, barber, barbershop, nails, spa, sephora
shopping.beauty: ulta, skincare, perfume, makeup, great clips, supercuts, sally beauty, lush
shopping.beauty: bath and body works, mac cosmetics, waxing, lashes, tanning, haircut, sport clips
shopping.beauty: fragrance, boots beauty, massage and spa, manicure, esthetics
shopping.home: furniture, home depot, lowes, ikea, hardware, lumber, paint, sherwin williams
shopping.home: mattress, bed bath and beyond, crate and barrel, pottery barn, wayfair, lighting
shopping.home: kitchenware, ace hardware, garden center, nursery, flooring, carpet
shopping.home: plumbing supply, electrical supply, true value, tools, harbor freight, home goods
shopping.home: homebase, appliance parts, locksmith, movers, u-haul, storage, public storage
shopping.home: pest control, landscaping, lawn care, handyman, grainger, fastenal, building supply
shopping.home: glass, b&q, roofing, hvac, heating and cooling, fencing, swimming pool supplies
shopping.home: tractor supply, rental center, cleaning service, maid service, furnishings
shopping.home: upholstery, fabric
transport.public: metro, bus, transit, subway fare, tram, light rail, tube, tfl, mta, metrocard
transport.public: oyster card, ferry, bike share, citi bike, lime scooter, septa, bart, cta, wmata
transport.public: commuter rail, transit authority, public transport, clipper card, presto
transport.public: bird scooter, dart, monorail, shuttle bus, bus pass
transport.taxi: uber, lyft, taxi, cab, yellow cab, ride, bolt ride, grab ride, limo, limousine
transport.taxi: car service, minicab, rideshare, gett, curb taxi, free now, chauffeur
transport.taxi: airport shuttle
transport.fuel: gas station, fuel, petrol, gasoline, shell, exxon, exxonmobil, bp, chevron, sunoco
transport.fuel: mobil, texaco, citgo, valero, speedway, marathon petroleum, parking, car park
transport.fuel: parking garage, parking authority, toll, ezpass, e-zpass, turnpike, car wash
transport.fuel: auto parts, autozone, napa auto parts, advance auto parts, oil change, jiffy lube
transport.fuel: tires, goodyear, firestone, auto repair, body shop, mechanic, muffler, towing, dmv
transport.fuel: motor vehicles, ev charging, chargepoint, supercharger, tesla charging, gulf oil
transport.fuel: conoco, pep boys, pilot travel center, loves travel, royal farms gas, parkmobile
transport.fuel: ncp parking, car rental, hertz, avis, enterprise rent-a-car, budget rent a car
transport.fuel: zipcar, truck parts
transport.travel: airline, airlines, airways, flight, united airlines, delta air lines
transport.travel: american airlines, southwest airlines, us airways, jetblue, british airways
transport.travel: lufthansa, ryanair, easyjet, air france, emirates, alaska airlines
transport.travel: spirit airlines, amtrak, train ticket, railway, greyhound, megabus, eurostar
transport.travel: national rail, trainline, deutsche bahn, sncf, air canada, frontier airlines
transport.travel: qantas, airfare, baggage fee, airport, trailways, flixbus, cathay pacific
transport.travel: coach lines, klm
housing.rent: rent, mortgage, apartment, landlord, lease, property rental, realty, home loan
housing.rent: letting agent, housing association, rental payment, condominium, real estate
housing.rent: apartments llc
housing.utilities: electric, electricity, water bill, gas bill, utilities, power company, energy
housing.utilities: sewer, waste management, trash collection, con edison, pg&e, duke energy
housing.utilities: national grid, british gas, edf energy, thames water, water department, propane
housing.utilities: heating oil, public works, republic services, octopus energy, municipal water
housing.utilities: gas and electric
housing.property: hoa, homeowners association, property management, service charge, condo fees
housing.property: strata, council tax, property tax, building management, maintenance fee
communication.phone: verizon, verizon wireless, t-mobile, at&t mobility, sprint, vodafone, o2
communication.phone: phone bill, mobile plan, prepaid sim, cricket wireless, mint mobile
communication.phone: boost mobile, cellular, wireless, telephone, lycamobile, giffgaff
communication.phone: skype credit, tracfone, us cellular, telecom, orange mobile, three mobile
communication.phone: nextel, top up
communication.internet: internet, broadband, comcast, xfinity, spectrum, cox communications
communication.internet: centurylink, fios, virgin media, bt broadband, sky broadband, cable tv
communication.internet: satellite, directv, web hosting, godaddy, domain, cloudflare, aws
communication.internet: digitalocean, starlink, dish network, frontier communications, fiber
communication.internet: namecheap, squarespace, wordpress
entertainment: bar, nightclub, casino, bowling, arcade, karaoke, billiards, lottery, amusement
entertainment: escape room, dave and busters, laser tag, mini golf, comedy club, lounge, hookah
entertainment: photo studio, photography, trampoline park, go karts, paintball, party room, bingo
entertainment: hobby, fishing charter, dj services
entertainment.movies: cinema, movie, movies, theater, theatre, amc theatres, regal cinemas
entertainment.movies: cinemark, odeon, vue cinema, concert, ticketmaster, stubhub, eventbrite
entertainment.movies: live nation, opera, ballet, symphony, playhouse, fandango, box office
entertainment.movies: film festival, music hall, performing arts, broadway, exhibition
entertainment.games: steam games, playstation, xbox, nintendo, epic games, blizzard, riot games
entertainment.games: roblox, gamestop, game, twitch, in-app purchase, ea games, ubisoft, minecraft
entertainment.games: google play games
entertainment.subscriptions: netflix, spotify, hulu, disney plus, hbo max, apple music, icloud
entertainment.subscriptions: youtube premium, amazon prime, audible, subscription, membership
entertainment.subscriptions: google one, dropbox, office 365, patreon, paramount plus, peacock tv
entertainment.subscriptions: apple.com/bill, itunes, app store, monthly plan, chatgpt, openai
entertainment.subscriptions: github, linkedin premium, notion, evernote, zoom
entertainment.sports: gym, fitness, yoga, pilates, crossfit, swimming, planet fitness, la fitness
entertainment.sports: golf, tennis, ski resort, ymca, 24 hour fitness, equinox, anytime fitness
entertainment.sports: martial arts, dicks sporting goods, rei, soccer club, little league
entertainment.sports: athletic, sports, stadium, ice rink, climbing, dance studio, bike shop
entertainment.sports: cycling, decathlon, marathon entry, karate
travel: expedia, booking.com, priceline, travelocity, orbitz, travel agency, tours, cruise
travel: vacation, trip, tripadvisor, kayak, visa application, carnival cruise, royal caribbean
travel: tour operator
travel.hotel: hotel, motel, inn, suites, resort, lodge, hostel, lodging, marriott, hilton, hyatt
travel.hotel: sheraton, holiday inn, hampton inn, best western, doubletree, courtyard, radisson
travel.hotel: days inn, comfort inn, la quinta, motel 6, super 8, airbnb, vrbo, four seasons
travel.hotel: ritz-carlton, westin, embassy suites, fairfield inn, residence inn, ramada
travel.hotel: bed and breakfast, campground, guest house, premier inn, travelodge, novotel, ibis
travel.hotel: accor, crowne plaza, wyndham, quality inn, extended stay, homewood suites
travel.hotel: omni hotels, intercontinental
travel.tickets: museum, zoo, aquarium, theme park, disneyland, universal studios, six flags
travel.tickets: national park, attraction, sightseeing, admission, botanical garden, state park
travel.tickets: legoland, historic site, observatory, water park, castle tour, seaworld, gallery
travel.tickets: heritage, visitor center, cable car, boat tour
health: health, wellness, chiropractic, physical therapy, vitamins, gnc, nutrition
health: massage therapy, counseling, psychology, acupuncture, medical supply, hearing aids
health: rehabilitation
health.hospital: hospital, clinic, medical center, doctor, physician, dentist, dental
health.hospital: orthodontics, urgent care, surgery, pediatrics, dermatology, radiology
health.hospital: laboratory, quest diagnostics, labcorp, eye care, optometrist, family medicine
health.hospital: kaiser permanente, orthopedic, cardiology, ob gyn, mri, ambulance, health system
health.hospital: medical group, oral surgery, vision center
health.pharmacy: pharmacy, drugstore, cvs, walgreens, rite aid, boots pharmacy, prescription
health.pharmacy: medicine, drugs, chemist, apothecary, superdrug, happy harrys
health.pharmacy: compounding pharmacy, duane reade
education: education, educational supplies, school supplies, learning, school specialty
education: lakeshore learning, science kits, classroom, teaching resources
education.courses: tuition, course, school, university, college, training, tutoring, academy
education.courses: coursera, udemy, seminar, workshop, conference registration, kindergarten
education.courses: daycare, preschool, exam fee, language school, driving school, kumon, lesson
education.courses: montessori, institute, certification, khan, skillshare, piano lessons, webinar
education.courses: summer camp, child care, edx
education.books: books, bookstore, barnes and noble, kindle, textbook, library, waterstones
education.books: magazine, newspaper, scholastic, comics, publisher, publishing, new york times
education.books: audiobook, half price books, books-a-million, chegg, pearson, journal, economist
education.books: wall street journal, mcgraw hill, press
social: association dues, club dues, church, society, union dues, rotary, fraternity
social.gifts: gift, gifts, flowers, florist, donation, charity, red cross, unicef, gift card
social.gifts: hallmark, 1-800-flowers, ftd, greeting cards, gofundme, wedding gift, foundation
social.gifts: salvation army, nonprofit, goodwill donation, oxfam, memorial, church offering
social.gifts: teleflora, gift basket, edible arrangements
social.family: allowance, mom, dad, parents, family support, alimony, child support, pocket money
social.family: grandma, wife, husband, kids
finance.fees: fee, bank fee, service fee, overdraft, interest charge, late fee, atm fee, wire fee
finance.fees: annual fee, foreign transaction fee, finance charge, tax payment, irs, hmrc, notary
finance.fees: legal fees, attorney, law office, accountant, turbotax, h&r block, fine, penalty
finance.fees: court, permit, license fee, county clerk, commission, registrar, passport fee
finance.insurance: insurance, geico, state farm, allstate, progressive insurance, aetna, cigna
finance.insurance: metlife, premium, life insurance, health insurance, liberty mutual
finance.insurance: usaa insurance, axa, allianz, aviva, blue cross blue shield, humana, nationwide
finance.insurance: travelers, farmers insurance, lemonade insurance, medicare, dental insurance
finance.insurance: underwriters
finance.invest: brokerage, investment, vanguard, fidelity, charles schwab, robinhood, etrade
finance.invest: coinbase, stock purchase, mutual fund, savings plan, bitcoin, 401k
finance.invest: ira contribution, etoro, td ameritrade, betterment, wealthfront
finance.invest: interactive brokers, acorns, binance, kraken, treasury direct, securities
finance.invest: gold bullion
"""

INCOMING = """
income.salary: salary, payroll, wages, direct deposit, paycheck, pension, adp payroll, gusto pay
income.salary: stipend, freelance payment, contractor pay, paychex, social security
income.salary: retirement benefit
income.bonus: bonus, commission income, incentive, reward payment, award, expense reimbursement
income.bonus: reimbursement, scholarship, overtime, holiday pay
income.transfer: received, transfer from, venmo cashout, zelle from, paypal transfer, tax refund
income.transfer: payment received, deposit from, money from friend, cash deposit, wise transfer in
finance.invest: interest, interest paid, dividend, interest earned, capital gains, fund redemption
finance.invest: stock sale, bond coupon, brokerage withdrawal, savings interest
"""

PLACES = """
london, new york ny, seattle wa, dover de, austin tx, chicago il, boston ma, wilmington de
san jose ca, manchester, toronto on, sydney, dublin, berlin, philadelphia pa, miami fl, newark de
denver co
"""

NAMES = """
joes, marias, golden, blue, royal, main street, riverside, the, corner, city, star, lucky, green
old town, central, sunrise, first, harbor, mountain, united, a1, premier, family, uncle sams
smith, johnson, silver, east side, olde, classic, dragon, liberty, coastal, capital, first state
grand
"""

PREFIXES = (
    "pos purchase ", "card payment ", "sq *", "tst* ", "paypal *", "sp * ", "debit card ", "visa ",
    "py *", "in *",
)  # fmt: skip

ENDINGS = """
inc, llc, ltd, co, store, shop, services, group, company, com, online, center, corp
"""

NOTHING = """
payment, purchase, transfer, pos, debit, credit card payment, withdrawal, cash, direct debit, misc
holdings, enterprises, international, solutions, partners, consulting, industries, global, systems
ventures, trading, check, cheque, standing order, online payment, invoice, bill payment, ach
zelle, venmo, technologies, associates, management, associates llc, marketing, products, supply
equipment
"""

PEOPLE = """
john, mary, james, linda, robert, susan, michael, karen, david, emma, peter, anna, thomas, sarah
daniel, laura, paul, julia, mark, alice, kevin, helen, brian, nancy, miller, davis, garcia, wilson
brown, taylor, clark, lewis, walker, hall, young, king, wright, scott, baker, adams, nelson
carter
"""
