-- What an incident is explained by, as JSON: null before the first diagnosis.
ALTER TABLE incident ADD COLUMN diagnosis TEXT;
-- The older incident that this one turned out to be a part of; it ended then without a message.
ALTER TABLE incident ADD COLUMN merged_into INTEGER REFERENCES incident;
CREATE INDEX incident_merged ON incident (merged_into) WHERE merged_into IS NOT NULL;
