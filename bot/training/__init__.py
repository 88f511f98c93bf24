"""Making a new version of the assistant's model: trained, judged, compared, and watched once it is live."""
