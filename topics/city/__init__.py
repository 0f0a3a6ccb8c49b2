"""What a city declares about itself: one folder of files, from disk, from the package, or as published on the bus.

`City` holds the files wherever they come from. `current_city` is that of this process: the example city of the package,
until `use_city` chooses another one, which every command does before it reads anything that is declared.
"""

from creditbus.topics.city.current import City, current_city, example_city, use_city
from creditbus.topics.city.folder import read_city
from creditbus.topics.city.settings import CitySettings, Division, city_settings

__all__ = [
    "City",
    "CitySettings",
    "Division",
    "city_settings",
    "current_city",
    "example_city",
    "read_city",
    "use_city",
]
