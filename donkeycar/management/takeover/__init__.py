"""`donkey createcar --from OLD_CAR`: a new car with everything that an old one has."""
