"""What linking by e-mail, and by phone with last name, recovers of the people the demo planted."""

PAIRS = """
with linked as (
    select identities.customer_id, truth.person_id
    from identity.customer_identities as identities
    inner join demo_truth.contacts as truth
        on
            identities.source_system = truth.source_system
            and identities.contact_key = truth.contact_key
),
cells as (select customer_id, person_id, count(*) as contacts from linked group by all),
customers as (select customer_id, sum(contacts) as contacts from cells group by all),
people as (select person_id, sum(contacts) as contacts from cells group by all)
select
    (select sum(contacts * (contacts - 1)) from cells),
    (select sum(contacts * (contacts - 1)) from customers),
    (select sum(contacts * (contacts - 1)) from people)
"""


def test_linked_contacts_are_the_same_person(connection, record_property):
    both, linked, same_person = map(float, connection.execute(PAIRS).fetchone())
    precision, recall = both / linked, both / same_person
    record_property("pairwise_precision", precision)
    record_property("pairwise_recall", recall)
    print(f"identity: pairwise precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.98
    # The simple rules miss changed addresses and typing errors; far below this they do not work.
    assert recall >= 0.80


def test_every_contact_of_the_demo_has_a_customer(connection):
    lost = connection.execute(
        "select count(*) from demo_truth.contacts anti join identity.customer_identities "
        "using (source_system, contact_key)"
    ).fetchone()
    assert lost == (0,)


def test_personal_data_stays_in_the_identity_layer(connection):
    personal = {"email", "phone", "first_name", "last_name", "birth_date", "street"}
    personal |= {
        "postal_code",
        "first_name_match",
        "last_name_match",
        "contact_key",
        "anonymous_key",
    }
    beyond = connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('features', 'segmentation', 'prediction', 'publication', 'marts')"
    ).fetchall()
    assert beyond
    # The postal code of a public area is not that of a customer.
    areas = {("features", "postal_areas", "postal_code")}
    assert {row for row in beyond if row[2] in personal} - areas == set()


def test_distance_to_the_city_is_the_great_circle(connection):
    # By the law of cosines, where the model uses the haversine formula.
    furthest = connection.execute(
        """
        with distances as (
            select
                places.country,
                places.postal_code,
                min(6371.0088 * acos(least(1,
                    sin(radians(places.latitude)) * sin(radians(cities.latitude))
                    + cos(radians(places.latitude)) * cos(radians(cities.latitude))
                    * cos(radians(cities.longitude - places.longitude))
                ))) as km
            from staging.stg_places as places, staging.stg_places as cities
            where cities.population >= 50000
            group by all
        )
        select max(abs(km_to_city - km)), count(*)
        from features.postal_areas inner join distances using (country, postal_code)
        """
    ).fetchone()
    assert furthest[0] < 1e-3
    assert furthest[1] > 100
